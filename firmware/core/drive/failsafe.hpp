// The failsafe: what the motor may do, by commands and time alone.
#pragma once

#include <cstdint>

namespace peerlens {

enum class DriveState : std::uint8_t { kDisarmed, kArming, kArmed, kNeutral, kStopped };

// Limits in milliseconds. They count as reached when the time is equal, a stall when it is over.
struct FailsafeSettings {
    std::uint32_t command_timeout_ms = 250;
    std::uint32_t disarm_timeout_ms = 1000;
    std::uint32_t arm_neutral_ms = 500;
    std::uint32_t stall_ms = 200;
};

// What is wanted: throttle -1 (back) to 1, steering -1 (left) to 1; brake beats throttle.
struct DriveCommand {
    double throttle = 0.0;
    double steering = 0.0;
    bool brake = false;
};

// What motor and servo get. As made it is neutral: no throttle, straight on, brake on.
struct DriveOutput {
    double throttle = 0.0;
    double steering = 0.0;
    bool brake = true;
};

// The state machine of protocol/README.md, "The failsafe". It reads no clock: `now` is in
// milliseconds modulo 2^32. Each call first does what time alone brings, then its own part.
// Legal moves:
//   disarmed -> arming -> armed <-> neutral
//   arming, armed, neutral -> disarmed
//   any -> stopped -> disarmed
class Failsafe {
public:
    Failsafe(const FailsafeSettings& settings, std::uint32_t now);

    void tick(std::uint32_t now);
    void command(std::uint32_t now, const DriveCommand& command);
    void stop(std::uint32_t now);
    void clear(std::uint32_t now);
    // The link is lost, or a new one begins, or whoever runs this lost track.
    void link_lost(std::uint32_t now);

    DriveState state() const { return state_; }
    DriveOutput output() const { return state_ == DriveState::kArmed ? wanted_ : DriveOutput{}; }

private:
    void pass(std::uint32_t now);
    void disarm();
    void obey(std::uint32_t now, const DriveCommand& command);

    FailsafeSettings settings_;
    DriveState state_ = DriveState::kDisarmed;
    DriveOutput wanted_;
    std::uint32_t called_at_;
    std::uint32_t command_at_;
    std::uint32_t neutral_since_;
};

// The name that the protocol has for `state`.
const char* name_of(DriveState state);

}  // namespace peerlens

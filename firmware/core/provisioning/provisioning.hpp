// When the device joins its network, and when it opens one of its own.
#pragma once

#include <cstdint>

#include "provisioning/wifi_failure.hpp"
#include "settings/setup_window.hpp"

namespace peerlens {

enum class ProvisioningState : std::uint8_t {
    kUnprovisioned,  // own network; nothing to join
    kJoining,        // tries, again and again
    kJoined,
    kLost,  // own network, beside the tries
};

const char* name_of(ProvisioningState state);

// It reads no clock and knows no radio: the port does what has_access_point() and take_attempt()
// say, and tells what happened. `now` is in milliseconds since boot, modulo 2^32; tick() wants to
// be called at least once a second.
//   unprovisioned: until the next boot, with settings
//   joining -> joined <-> joining -> lost -> joined
// The own network always has the setup code as its WPA2 password. While there are no settings
// whoever has that password may set them; once there are, the device's password is asked for, too.
class Provisioning final : public SetupWindow {
public:
    // Without having been in the network since boot: a typing error in its password shows soon.
    static constexpr std::uint32_t kFirstJoinMs = 90'000;
    // After having been there: a router that restarts, a device that is out of range.
    static constexpr std::uint32_t kLostMs = 300'000;
    // An attempt that has no result after so long has failed.
    static constexpr std::uint32_t kAttemptMs = 20'000;
    // Pauses between attempts; the longer one while the own network is open, which each attempt
    // takes off its channel.
    static constexpr std::uint32_t kPauseMs = 2'000;
    static constexpr std::uint32_t kLostPauseMs = 60'000;

    Provisioning(bool has_settings, std::uint32_t now);

    // `driven`: the car is; no network is opened or closed then.
    void tick(std::uint32_t now, bool driven);
    // The device has an address.
    void joined(std::uint32_t now);
    // An attempt failed, or the network is gone.
    void failed(std::uint32_t now, WifiFailure failure);

    // Whether to try to join now; true once for each attempt.
    bool take_attempt(std::uint32_t now);
    bool has_access_point() const {
        return state_ == ProvisioningState::kUnprovisioned || state_ == ProvisioningState::kLost;
    }
    bool is_open() const override { return state_ == ProvisioningState::kUnprovisioned; }

    ProvisioningState state() const { return state_; }
    // Of the newest attempt; kNone once it is joined.
    WifiFailure failure() const { return failure_; }

private:
    ProvisioningState state_;
    WifiFailure failure_ = WifiFailure::kNone;
    bool was_joined_ = false;
    bool trying_ = false;
    bool tried_ = false;
    std::uint32_t since_;  // it has not been joined, or tried in vain
    std::uint32_t attempt_at_;
};

}  // namespace peerlens

#include "drive/failsafe.hpp"

#include <cmath>

namespace peerlens {
namespace {

constexpr double kDeadBand = 0.05;

bool is_neutral(const DriveCommand& command) {
    return command.brake || std::fabs(command.throttle) <= kDeadBand;
}

double clamped(double value) {
    return value < -1.0 ? -1.0 : value > 1.0 ? 1.0 : value;
}

DriveOutput obeyed(const DriveCommand& command) {
    const double throttle = command.brake ? 0.0 : clamped(command.throttle);
    return {throttle, clamped(command.steering), command.brake};
}

}  // namespace

Failsafe::Failsafe(const FailsafeSettings& settings, std::uint32_t now)
    : settings_(settings), called_at_(now), command_at_(now), neutral_since_(now) {}

void Failsafe::tick(std::uint32_t now) {
    pass(now);
}

void Failsafe::command(std::uint32_t now, const DriveCommand& command) {
    pass(now);
    if (!std::isfinite(command.throttle) || !std::isfinite(command.steering)) {
        return;
    }
    obey(now, command);
    command_at_ = now;
}

void Failsafe::stop(std::uint32_t now) {
    pass(now);
    state_ = DriveState::kStopped;
}

void Failsafe::clear(std::uint32_t now) {
    pass(now);
    if (state_ == DriveState::kStopped) {
        state_ = DriveState::kDisarmed;
    }
}

void Failsafe::link_lost(std::uint32_t now) {
    pass(now);
    disarm();
}

void Failsafe::disarm() {
    if (state_ != DriveState::kStopped) {
        state_ = DriveState::kDisarmed;
    }
}

void Failsafe::pass(std::uint32_t now) {
    // Unsigned differences are right across the wrap, and huge when the clock went backwards.
    const std::uint32_t pause = now - called_at_;
    called_at_ = now;
    if (pause > settings_.stall_ms) {
        disarm();
    }
    const std::uint32_t silence = now - command_at_;
    if (state_ == DriveState::kArming && silence >= settings_.command_timeout_ms) {
        state_ = DriveState::kDisarmed;
    }
    if (state_ == DriveState::kArmed && silence >= settings_.command_timeout_ms) {
        state_ = DriveState::kNeutral;
    }
    if (state_ == DriveState::kNeutral && silence >= settings_.disarm_timeout_ms) {
        state_ = DriveState::kDisarmed;
    }
}

void Failsafe::obey(std::uint32_t now, const DriveCommand& command) {
    switch (state_) {
        case DriveState::kDisarmed:
            if (is_neutral(command)) {
                state_ = DriveState::kArming;
                neutral_since_ = now;
            }
            break;
        case DriveState::kArming:
            if (!is_neutral(command)) {
                state_ = DriveState::kDisarmed;
            } else if (now - neutral_since_ >= settings_.arm_neutral_ms) {
                state_ = DriveState::kArmed;
            }
            break;
        case DriveState::kNeutral: state_ = DriveState::kArmed; break;
        case DriveState::kArmed:
        case DriveState::kStopped: break;
    }
    wanted_ = obeyed(command);
}

const char* name_of(DriveState state) {
    switch (state) {
        case DriveState::kDisarmed: return "disarmed";
        case DriveState::kArming: return "arming";
        case DriveState::kArmed: return "armed";
        case DriveState::kNeutral: return "neutral";
        case DriveState::kStopped: return "stopped";
    }
    return "disarmed";
}

}  // namespace peerlens

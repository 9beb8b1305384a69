#include "drive/pin_outputs.hpp"

#include <algorithm>
#include <cmath>

namespace peerlens {
namespace {

constexpr std::uint32_t kLongestRampMs = 2000;
constexpr std::uint32_t kLongestReversalMs = 1000;
constexpr std::uint32_t kLongestArmingMs = 10'000;
constexpr double kMostLeastDuty = 0.9;

ServoSettings esc_pulses(const MotorSettings& motor) {
    return {motor.neutral_us, motor.range_us, 0.0, motor.invert};
}

MotorSettings bounded(MotorSettings motor) {
    motor.ramp_ms = std::min(motor.ramp_ms, kLongestRampMs);
    motor.reversal_ms = std::min(motor.reversal_ms, kLongestReversalMs);
    motor.arming_ms = std::min(motor.arming_ms, kLongestArmingMs);
    const bool number = std::isfinite(motor.least_duty);
    motor.least_duty = number ? std::clamp(motor.least_duty, 0.0, kMostLeastDuty) : 0.0;
    return motor;
}

// Of kFullDuty; not a number is no throttle.
std::uint16_t duty_of(double throttle, double least_duty) {
    const double size = std::fabs(throttle);
    if (!(size > 0.0)) {
        return 0;
    }
    const double duty = least_duty + (1.0 - least_duty) * std::min(size, 1.0);
    return static_cast<std::uint16_t>(std::lround(duty * kFullDuty));
}

}  // namespace

PinOutputs::PinOutputs(const PinSettings& settings, const BoardCapabilities& can, std::uint32_t now)
    : motor_(bounded(settings.motor)),
      has_pan_(can.pan),
      has_tilt_(can.tilt),
      steering_(settings.steering),
      pan_(settings.pan),
      tilt_(settings.tilt),
      esc_(esc_pulses(settings.motor)),
      ramp_(motor_.ramp_ms, motor_.reversal_ms, now),
      neutral_(motion(0.0, 0.0, true)),
      booted_at_(now),
      ready_(motor_.kind != MotorKind::kEsc || motor_.arming_ms == 0) {}

PinLevels PinOutputs::at_boot() const {
    PinLevels levels;
    levels.motion = neutral_;
    levels.pan_us = has_pan_ ? pan_.pulse_us(0.0) : std::uint16_t{0};
    levels.tilt_us = has_tilt_ ? tilt_.pulse_us(0.0) : std::uint16_t{0};
    return levels;
}

bool PinOutputs::is_ready(std::uint32_t now) {
    // Kept once it is so: the clock wraps.
    ready_ = ready_ || now - booted_at_ >= motor_.arming_ms;
    return ready_;
}

PinLevels PinOutputs::levels(std::uint32_t now, const Outputs& outputs) {
    const bool drives =
        is_ready(now) && outputs.state == DriveState::kArmed && !outputs.drive.brake;
    const double throttle = ramp_.step(now, drives ? outputs.drive.throttle : 0.0);
    const Accessories& extra = outputs.accessories;
    PinLevels levels;
    levels.motion = motion(throttle, outputs.drive.steering, outputs.drive.brake);
    levels.motion.horn = extra.horn;
    levels.pan_us = has_pan_ ? pan_.pulse_us(extra.pan) : std::uint16_t{0};
    levels.tilt_us = has_tilt_ ? tilt_.pulse_us(extra.tilt) : std::uint16_t{0};
    levels.lights = extra.lights;
    return levels;
}

// An ESC brakes at neutral by itself, if it is set up so: a pulse backwards could drive it back.
MotionLevels PinOutputs::motion(double throttle, double steering, bool brake) const {
    MotionLevels levels;
    levels.steering_us = steering_.pulse_us(steering);
    if (motor_.kind == MotorKind::kEsc) {
        levels.esc_us = esc_.pulse_us(throttle);
        return levels;
    }
    const double turns = motor_.invert ? -throttle : throttle;
    const std::uint16_t duty = duty_of(turns, motor_.least_duty);
    levels.forward_duty = turns > 0.0 ? duty : std::uint16_t{0};
    levels.reverse_duty = turns < 0.0 ? duty : std::uint16_t{0};
    if (brake && motor_.brakes) {
        levels.forward_duty = levels.reverse_duty = kFullDuty;
    }
    return levels;
}

}  // namespace peerlens

// From what the board decided to what its pins get.
#pragma once

#include <cstdint>

#include "drive/motor_ramp.hpp"
#include "drive/outputs.hpp"
#include "drive/pin_levels.hpp"
#include "drive/pin_settings.hpp"
#include "drive/servo.hpp"
#include "messages/messages.hpp"

namespace peerlens {

// One for each boot; what is set out of its bounds is taken as the nearest that is allowed.
class PinOutputs {
public:
    PinOutputs(const PinSettings& settings, const BoardCapabilities& can, std::uint32_t now);

    // Called in every pass of the loop, also when nothing changed: throttle rises with time.
    PinLevels levels(std::uint32_t now, const Outputs& outputs);

    // What stops the car, made beforehand: for the first instruction, and for the timer that
    // checks the watchdog.
    const MotionLevels& neutral() const { return neutral_; }
    // Everything at boot: neutral, lights off, camera straight on.
    PinLevels at_boot() const;

    // False while an ESC must see neutral after power-on: until then the board must not arm.
    bool is_ready(std::uint32_t now);

private:
    MotionLevels motion(double throttle, double steering, bool brake) const;

    const MotorSettings motor_;
    const bool has_pan_;
    const bool has_tilt_;
    const Servo steering_;
    const Servo pan_;
    const Servo tilt_;
    const Servo esc_;
    MotorRamp ramp_;
    MotionLevels neutral_;
    const std::uint32_t booted_at_;
    bool ready_;
};

}  // namespace peerlens

// The car's pins: pulses and duty by the MCPWM peripheral.
#pragma once

#include <cstdint>

#include "device/pins.hpp"
#include "drive/pin_settings.hpp"
#include "pulse_output.hpp"

namespace peerlens {

// It must be in internal RAM, as statics are: the timer's interrupt writes from it while flash
// cannot be read. A change shows with the next period: within 20 ms for a servo or an ESC, and
// within 50 us for a bridge at 20 kHz.
class McpwmPins final : public Pins {
public:
    McpwmPins(const MotorSettings& motor, bool has_pan, bool has_tilt);

    // Pins: the peripheral starts, with what is neutral.
    void begin(const MotionLevels& neutral) override;
    void write(const PinLevels& levels, const Outputs& outputs) override;

    // For OutputGate, in an interrupt or in the loop; `self` is a McpwmPins.
    static void make_neutral(void* self);

private:
    // As the outputs take it.
    struct Ticks {
        std::uint32_t steering = 0;
        std::uint32_t esc = 0;
        std::uint32_t forward = 0;
        std::uint32_t reverse = 0;
    };

    Ticks ticks_of(const MotionLevels& motion) const;
    esp_err_t start_servos();
    esp_err_t start_bridge();

    const bool has_pan_;
    const bool has_tilt_;
    PulseTimer servo_timer_;
    PulseTimer bridge_timer_;
    PulseOutput steering_;
    PulseOutput esc_;
    PulseOutput pan_;
    PulseOutput tilt_;
    PulseOutput forward_;
    PulseOutput reverse_;
    Ticks neutral_;
    bool lights_ = false;
    volatile bool horn_ = false;
};

}  // namespace peerlens

// The car's pins: pulses and duty by the LEDC peripheral.
#pragma once

#include <driver/ledc.h>

#include <array>
#include <cstdint>

#include "device/pins.hpp"
#include "drive/pin_settings.hpp"

namespace peerlens {

// It must be in internal RAM, as statics are: the timer's interrupt writes from it while flash
// cannot be read.
class LedcPins final : public Pins {
public:
    LedcPins(const MotorSettings& motor, bool has_pan, bool has_tilt);

    // Pins: the peripheral starts, with what is neutral.
    void begin(const MotionLevels& neutral) override;
    void write(const PinLevels& levels, const Outputs& outputs) override;

    // For OutputGate, in an interrupt or in the loop; `self` is a LedcPins.
    static void make_neutral(void* self);

private:
    struct Channel {
        ledc_channel_t number;
        int pin;              // -1: not wired
        std::uint32_t duty;   // what it has
        std::uint32_t neutral;
    };

    void start(Channel& channel, ledc_timer_t timer, std::uint32_t duty);
    void set(Channel& channel, std::uint32_t duty);

    const std::uint32_t bridge_hz_;
    Channel steering_;
    Channel esc_;
    Channel forward_;
    Channel reverse_;
    Channel pan_;
    Channel tilt_;
    bool lights_ = false;
    bool horn_ = false;
};

}  // namespace peerlens

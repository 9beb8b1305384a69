// How a board's servos, motor and battery are wired and trimmed.
#pragma once

#include <cstdint>

namespace peerlens {

// Whatever is set here, no pulse is shorter than 500 us or longer than 2500 us.
struct ServoSettings {
    std::uint32_t centre_us = 1500;  // 1000 to 2000
    std::uint32_t range_us = 400;    // to either side, 0 to 1000
    double trim = 0.0;               // moves the centre by so much of the range, -0.5 to 0.5
    bool invert = false;
};

enum class MotorKind : std::uint8_t {
    kEsc,     // a speed controller that takes a servo's pulses
    kBridge,  // an H-bridge: two PWM inputs, one for each direction
};

struct MotorSettings {
    MotorKind kind = MotorKind::kEsc;
    bool invert = false;
    // From no throttle to full; less throttle, and none, act at once.
    std::uint32_t ramp_ms = 100;  // 0 to 2000
    // How long there is no throttle between forwards and backwards.
    std::uint32_t reversal_ms = 50;  // 0 to 1000

    // Of an ESC: its pulses, and how long it must see neutral after power-on before it obeys.
    std::uint32_t neutral_us = 1500;  // 1000 to 2000
    std::uint32_t range_us = 500;     // to either side, 0 to 1000
    std::uint32_t arming_ms = 2000;   // 0 to 10,000

    // Of a bridge: whether it shorts the motor to brake, or only lets it coast; and the duty with
    // which the motor begins to turn.
    bool brakes = true;
    std::uint32_t frequency_hz = 20'000;  // 100 to 40,000
    double least_duty = 0.0;              // 0 to 0.9
};

struct PinSettings {
    ServoSettings steering;
    ServoSettings pan;
    ServoSettings tilt;
    MotorSettings motor;
};

// A lithium battery; a pin measures a part of its voltage.
struct BatterySettings {
    bool fitted = false;
    std::uint32_t cells = 2;    // in series, 1 to 6
    double divider = 3.0;       // the battery's voltage / the pin's, 1 to 20
    double empty_cell_v = 3.3;  // 0 %, 0.8 to 4
    double full_cell_v = 4.2;   // 100 %, 0.9 to 4.5, above the empty one
};

}  // namespace peerlens

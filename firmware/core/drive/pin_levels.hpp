// What the board's pins get: whole numbers, so that an interrupt can write them.
#pragma once

#include <cstdint>

namespace peerlens {

constexpr std::uint16_t kFullDuty = 1000;

// What moves the car, or is loud. Pulses in microseconds, duty of kFullDuty.
struct MotionLevels {
    std::uint16_t steering_us = 1500;
    std::uint16_t esc_us = 0;        // 0: no pulse, there is no ESC
    std::uint16_t forward_duty = 0;  // of an H-bridge's two inputs; both full brake, both 0 coast
    std::uint16_t reverse_duty = 0;
    bool horn = false;
};

struct PinLevels {
    MotionLevels motion;
    std::uint16_t pan_us = 0;  // 0: no pulse, there is no such servo
    std::uint16_t tilt_us = 0;
    bool lights = false;
};

inline bool operator==(const MotionLevels& a, const MotionLevels& b) {
    return a.steering_us == b.steering_us && a.esc_us == b.esc_us &&
           a.forward_duty == b.forward_duty && a.reverse_duty == b.reverse_duty && a.horn == b.horn;
}

inline bool operator==(const PinLevels& a, const PinLevels& b) {
    return a.motion == b.motion && a.pan_us == b.pan_us && a.tilt_us == b.tilt_us &&
           a.lights == b.lights;
}

}  // namespace peerlens

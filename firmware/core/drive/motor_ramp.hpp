// Spares motor, gears and battery: more throttle comes gradually, and backwards only after a rest.
#pragma once

#include <cstdint>

namespace peerlens {

// Less throttle acts at once, and none above all. `now` is in milliseconds modulo 2^32.
class MotorRamp {
public:
    // What a long pause between two steps counts as, so that none of them is a jump.
    static constexpr std::uint32_t kLongestStepMs = 20;

    // From 0 to 1 takes `ramp_ms`; between forwards and backwards there is nothing for
    // `reversal_ms`.
    MotorRamp(std::uint32_t ramp_ms, std::uint32_t reversal_ms, std::uint32_t now)
        : ramp_ms_(ramp_ms), reversal_ms_(reversal_ms), stepped_at_(now), rests_since_(now) {}

    // The throttle now, -1 to 1, on the way to `wanted`.
    double step(std::uint32_t now, double wanted);

private:
    void rest(std::uint32_t now);

    const std::uint32_t ramp_ms_;
    const std::uint32_t reversal_ms_;
    std::uint32_t stepped_at_;
    std::uint32_t rests_since_;
    double throttle_ = 0.0;
    int direction_ = 0;  // of the last throttle; 0 when it has rested since
};

}  // namespace peerlens

// The pulse of a servo, or of an ESC, which takes the same.
#pragma once

#include <cstdint>

#include "drive/pin_settings.hpp"

namespace peerlens {

class Servo {
public:
    static constexpr int kShortestUs = 500;
    static constexpr int kLongestUs = 2500;

    explicit Servo(const ServoSettings& settings);

    // In microseconds, for -1 (left, back) to 1. What is beyond that is taken as the end, and what
    // is no number as the centre.
    std::uint16_t pulse_us(double position) const;

private:
    int centre_us_;
    int reach_us_;  // negative when inverted
};

}  // namespace peerlens

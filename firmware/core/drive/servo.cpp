#include "drive/servo.hpp"

#include <algorithm>
#include <cmath>

namespace peerlens {
namespace {

double number_within(double value, double most) {
    return std::isnan(value) ? 0.0 : std::clamp(value, -most, most);
}

}  // namespace

Servo::Servo(const ServoSettings& settings) {
    constexpr std::uint32_t kWidestUs = 1000;
    const int range_us = static_cast<int>(std::min(settings.range_us, kWidestUs));
    const auto wanted_us = static_cast<int>(std::min<std::uint32_t>(settings.centre_us, 3000));
    const int centre_us = std::clamp(wanted_us, kShortestUs, kLongestUs);
    const double trim_us = number_within(settings.trim, 0.5) * range_us;
    centre_us_ = centre_us + static_cast<int>(std::lround(trim_us));
    reach_us_ = settings.invert ? -range_us : range_us;
}

std::uint16_t Servo::pulse_us(double position) const {
    const long moved_us = std::lround(number_within(position, 1.0) * reach_us_);
    const int pulse_us = centre_us_ + static_cast<int>(moved_us);
    return static_cast<std::uint16_t>(std::clamp(pulse_us, kShortestUs, kLongestUs));
}

}  // namespace peerlens

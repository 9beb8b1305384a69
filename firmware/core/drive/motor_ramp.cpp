#include "drive/motor_ramp.hpp"

#include <algorithm>
#include <cmath>

namespace peerlens {

double MotorRamp::step(std::uint32_t now, double wanted) {
    const std::uint32_t passed_ms = std::min(now - stepped_at_, kLongestStepMs);
    stepped_at_ = now;
    const int direction = wanted > 0.0 ? 1 : wanted < 0.0 ? -1 : 0;
    if (direction == 0 || direction == -direction_) {
        rest(now);
    }
    if (throttle_ == 0.0 && now - rests_since_ >= reversal_ms_) {
        direction_ = 0;
    }
    if (direction == 0 || direction == -direction_) {
        return 0.0;
    }
    direction_ = direction;
    const double more =
        ramp_ms_ == 0 ? 1.0 : static_cast<double>(passed_ms) / static_cast<double>(ramp_ms_);
    throttle_ = direction * std::min(std::fabs(wanted), std::fabs(throttle_) + more);
    return throttle_;
}

void MotorRamp::rest(std::uint32_t now) {
    if (throttle_ != 0.0) {
        throttle_ = 0.0;
        rests_since_ = now;
    }
}

}  // namespace peerlens

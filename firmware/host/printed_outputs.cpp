#include "printed_outputs.hpp"

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "monotonic_clock.hpp"

namespace peerlens {
namespace {

// What %.4f shows as -0.0000 is 0.
double shown(double value) {
    return std::fabs(value) < 0.00005 ? 0.0 : value;
}

}  // namespace

void PrintedOutputs::set(const Outputs& outputs) {
    const std::lock_guard lock(mutex_);
    if (!watchdog_.tripped()) {
        write(outputs);
    }
}

void PrintedOutputs::guard(std::uint32_t now) {
    const std::lock_guard lock(mutex_);
    if (watchdog_.check(now)) {
        write(made_neutral(current_));
    }
}

void PrintedOutputs::write(const Outputs& outputs) {
    current_ = outputs;
    const Accessories& extra = outputs.accessories;
    std::array<char, 128> text;
    std::snprintf(text.data(), text.size(), "%s %.4f %.4f %d %d %d %.4f %.4f",
                  name_of(outputs.state), shown(outputs.drive.throttle),
                  shown(outputs.drive.steering), outputs.drive.brake, extra.lights, extra.horn,
                  shown(extra.pan), shown(extra.tilt));
    if (std::strcmp(text.data(), printed_.data()) != 0 &&
        output_.line("out %" PRIu64 " %s", MonotonicClock::microseconds(), text.data())) {
        printed_ = text;
    }
}

}  // namespace peerlens

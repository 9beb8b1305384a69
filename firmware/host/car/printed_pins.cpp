#include "printed_pins.hpp"

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "host/monotonic_clock.hpp"

namespace peerlens {
namespace {

using Line = std::array<char, 128>;

// What %.4f shows as -0.0000 is 0.
double shown(double value) {
    return std::fabs(value) < 0.00005 ? 0.0 : value;
}

void print_change(StandardOutput& output, const char* name, const Line& line, Line& printed) {
    if (std::strcmp(line.data(), printed.data()) != 0 &&
        output.line("%s %" PRIu64 " %s", name, MonotonicClock::microseconds(), line.data())) {
        printed = line;
    }
}

}  // namespace

void PrintedPins::write(const PinLevels& levels, const Outputs& outputs) {
    const std::lock_guard lock(mutex_);
    if (gate_ == nullptr || !gate_->is_shut()) {
        print(levels, outputs);
    }
}

void PrintedPins::make_neutral(void* pins) {
    auto& self = *static_cast<PrintedPins*>(pins);
    const std::lock_guard lock(self.mutex_);
    PinLevels levels = self.levels_;
    levels.motion = self.neutral_;
    self.print(levels, made_neutral(self.outputs_));
}

void PrintedPins::print(const PinLevels& levels, const Outputs& outputs) {
    levels_ = levels;
    outputs_ = outputs;
    const Accessories& extra = outputs.accessories;
    Line text;
    std::snprintf(text.data(), text.size(), "%s %.4f %.4f %d %d %d %.4f %.4f",
                  name_of(outputs.state), shown(outputs.drive.throttle),
                  shown(outputs.drive.steering), outputs.drive.brake, extra.lights, extra.horn,
                  shown(extra.pan), shown(extra.tilt));
    print_change(output_, "out", text, printed_);
    if (prints_levels_) {
        const MotionLevels& motion = levels.motion;
        std::snprintf(text.data(), text.size(), "%d %d %d %d %d %d %d %d", motion.steering_us,
                      motion.esc_us, motion.forward_duty, motion.reverse_duty, levels.lights,
                      motion.horn, levels.pan_us, levels.tilt_us);
        print_change(output_, "pins", text, printed_levels_);
    }
}

}  // namespace peerlens

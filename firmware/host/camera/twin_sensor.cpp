#include "twin_sensor.hpp"

#include <algorithm>
#include <thread>

#include "host/monotonic_clock.hpp"

namespace peerlens {
namespace {

std::uint64_t epoch_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

TwinSensor::TwinSensor(Pictures& pictures, const CameraSettings& settings, std::uint32_t boot_ms)
    : pictures_(pictures),
      booted_us_(MonotonicClock::microseconds() - std::uint64_t{boot_ms} * 1000),
      due_(Steady::now()),
      told_(settings),
      wanted_(settings) {}

CapturedFrame TwinSensor::next(std::uint32_t timeout_ms) {
    const CameraSettings settings = wanted();
    if (!is_due(timeout_ms, settings.fps)) {
        return {};
    }
    const Fault fault = fault_;
    std::uint64_t captured_us = MonotonicClock::microseconds() - booted_us_;
    const double seconds = static_cast<double>(captured_us) / 1e6;
    const std::string_view jpeg =
        impairment_.impair(pictures_.next(settings, seconds, epoch_ms()), fault);
    if (fault == Fault::kClockJump) {
        captured_us += kJumpUs;
    }
    return {jpeg, captured_us};
}

// Wait until the next picture is due, at most `timeout_ms`; returns whether it is.
bool TwinSensor::is_due(std::uint32_t timeout_ms, std::uint32_t fps) {
    const auto now = Steady::now();
    const bool due = due_ <= now + std::chrono::milliseconds(timeout_ms);
    std::this_thread::sleep_until(due ? due_ : now + std::chrono::milliseconds(timeout_ms));
    if (due) {
        // What was late is not made up for by more than one picture.
        const std::chrono::microseconds interval(1'000'000 / std::max(fps, 1U));
        due_ = std::max(due_ + interval, Steady::now() - interval);
    }
    return due;
}

CameraSettings TwinSensor::wanted() const {
    const std::lock_guard lock(mutex_);
    return wanted_;
}

bool TwinSensor::apply(const CameraSettings& settings) {
    told_ = settings;
    const std::lock_guard lock(mutex_);
    wanted_ = settings;
    return true;
}

}  // namespace peerlens

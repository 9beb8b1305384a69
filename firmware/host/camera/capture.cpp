#include "capture.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "../monotonic_clock.hpp"

namespace peerlens {
namespace {

std::uint64_t epoch_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

Capture::Capture(Pictures& pictures, FrameStore& store, const Orders& orders,
                 std::uint32_t boot_ms, std::function<void()> published)
    : pictures_(pictures),
      store_(store),
      orders_(orders),
      booted_us_(MonotonicClock::microseconds() - std::uint64_t{boot_ms} * 1000),
      published_(std::move(published)),
      thread_([this] { run(); }) {}

Capture::~Capture() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    ended_.notify_all();
    thread_.join();
}

void Capture::run() {
    using Clock = std::chrono::steady_clock;
    auto due = Clock::now();
    std::unique_lock lock(mutex_);
    while (!ending_) {
        lock.unlock();
        const CameraSettings settings = orders_.camera();
        take(settings, orders_.fault());
        lock.lock();
        // What was late is not made up for by more than one picture.
        const std::chrono::microseconds interval(1'000'000 / std::max(settings.fps, 1U));
        due = std::max(due + interval, Clock::now() - interval);
        ended_.wait_until(lock, due, [this] { return ending_; });
    }
}

void Capture::take(const CameraSettings& settings, Fault fault) {
    std::uint64_t captured_us = MonotonicClock::microseconds() - booted_us_;
    const double seconds = static_cast<double>(captured_us) / 1e6;
    const std::string_view jpeg =
        impairment_.impair(pictures_.next(settings, seconds, epoch_ms()), fault);
    if (fault == Fault::kClockJump) {
        captured_us += kJumpUs;
    }
    if (!jpeg.empty() && store_.publish(jpeg, captured_us)) {
        published_();
    }
}

}  // namespace peerlens

// The host's clock, as a device has it.
#pragma once

#include <cstdint>
#include <ctime>

#include "device/clock.hpp"

namespace peerlens {

class MonotonicClock final : public Clock {
public:
    // It begins at `boot_ms`, so that a test need not wait 49 days for the wrap.
    explicit MonotonicClock(std::uint32_t boot_ms) : offset_ms_(boot_ms - whole_ms()) {}

    std::uint32_t now() const override { return whole_ms() + offset_ms_; }
    std::uint32_t microseconds32() const override {
        return static_cast<std::uint32_t>(microseconds());
    }

    // CLOCK_MONOTONIC, in microseconds.
    static std::uint64_t microseconds() {
        timespec time;
        clock_gettime(CLOCK_MONOTONIC, &time);
        return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
               static_cast<std::uint64_t>(time.tv_nsec) / 1000;
    }

private:
    static std::uint32_t whole_ms() { return static_cast<std::uint32_t>(microseconds() / 1000); }

    std::uint32_t offset_ms_;
};

}  // namespace peerlens

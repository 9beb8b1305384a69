// The chip's clock, which runs from its boot.
#pragma once

#include <esp_timer.h>

#include <cstdint>

#include "device/clock.hpp"

namespace peerlens {

class ChipClock final : public Clock {
public:
    std::uint32_t now() const override { return milliseconds(); }
    std::uint32_t microseconds32() const override {
        return static_cast<std::uint32_t>(esp_timer_get_time());
    }

    // The same for interrupts: no virtual call, and all of it is in RAM or ROM.
    [[gnu::always_inline]] static std::uint32_t milliseconds() {
        return static_cast<std::uint32_t>(static_cast<std::uint64_t>(esp_timer_get_time()) / 1000);
    }
};

}  // namespace peerlens

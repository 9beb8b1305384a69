// How long the device has run.
#pragma once

#include <cstdint>

#include "http/status_handler.hpp"

namespace peerlens {

// Whole seconds, beyond the 49 days after which the clock wraps.
class Uptime final : public StatusPart {
public:
    // At least once in 49 days.
    void tick(std::uint32_t now) {
        total_ms_ += now - last_;
        last_ = now;
    }

    std::uint64_t seconds() const { return total_ms_ / 1000; }

    void write(JsonWriter& json, std::uint32_t now) override {
        tick(now);
        json.add("uptime_s", static_cast<std::int64_t>(seconds()));
    }

private:
    std::uint64_t total_ms_ = 0;
    std::uint32_t last_ = 0;
};

}  // namespace peerlens

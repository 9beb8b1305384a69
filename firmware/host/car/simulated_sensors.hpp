// What the sensors of a board would measure.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "device/battery_sensor.hpp"
#include "device/link_quality.hpp"
#include "drive/battery.hpp"
#include "host/monotonic_clock.hpp"

namespace peerlens {

// A lithium battery that falls by 1 % in 20 s, and reception that wavers by 6 dB around -58 dBm.
class SimulatedSensors final : public BatterySensor, public LinkQuality {
public:
    SimulatedSensors(const BatterySettings& battery, double percent)
        : battery_(battery), first_percent_(percent), started_us_(MonotonicClock::microseconds()) {}

    std::optional<double> pin_mv() override {
        const double percent = std::max(0.0, first_percent_ - seconds() / 20.0);
        return volts_of_cell(battery_, percent) * battery_.cells / battery_.divider * 1000.0;
    }

    std::optional<double> rssi_dbm() override {
        const double wave = std::sin(seconds() * 0.7) + std::sin(seconds() * 2.3);
        return std::round(-58.0 + 3.0 * wave);
    }

private:
    double seconds() const {
        return static_cast<double>(MonotonicClock::microseconds() - started_us_) / 1e6;
    }

    const BatterySettings battery_;
    const double first_percent_;
    const std::uint64_t started_us_;
};

}  // namespace peerlens

// What a board would measure of itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "messages/messages.hpp"

namespace peerlens {

// A 2-cell lithium battery that falls by 1 % in 20 s, from 8.4 V to 6.4 V, and reception that
// wavers by 6 dB around -58 dBm.
class SimulatedHealth {
public:
    explicit SimulatedHealth(double battery_percent) : first_percent_(battery_percent) {}

    BoardHealth after(double seconds) const {
        const double percent = std::max(0.0, first_percent_ - seconds / 20.0);
        const double wave = std::sin(seconds * 0.7) + std::sin(seconds * 2.3);
        BoardHealth health;
        health.battery_percent = rounded(percent, 10);
        health.battery_v = rounded(6.4 + percent / 100.0 * 2.0, 100);
        health.rssi_dbm = std::round(-58.0 + 3.0 * wave);
        return health;
    }

private:
    static double rounded(double value, double steps) { return std::round(value * steps) / steps; }

    double first_percent_;
};

}  // namespace peerlens

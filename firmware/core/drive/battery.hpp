// How full the battery is, from the voltage at a pin.
#pragma once

#include <cstdint>

#include "drive/pin_settings.hpp"

namespace peerlens {

// A lithium cell at rest, by a curve that is linear in pieces, stretched between the voltages that
// are set as empty and full.
double percent_of_cell(const BatterySettings& settings, double volts);
double volts_of_cell(const BatterySettings& settings, double percent);

// A motor that starts pulls the voltage down for a moment, so what is told is a mean over some
// seconds. What cannot be this battery's (below 0.5 V or above 5 V for each cell) is none: a wire
// that came off must not look like an empty battery.
class Battery {
public:
    static constexpr double kSmoothedOverMs = 5000.0;

    explicit Battery(const BatterySettings& settings);

    // Take one reading, in millivolts at the pin, `passed_ms` after the last one.
    void measured(double pin_mv, std::uint32_t passed_ms);

    // Whether there is a battery; else the others mean nothing.
    bool is_known() const { return known_; }
    double volts() const { return volts_; }
    double percent() const;

private:
    const BatterySettings settings_;
    double volts_ = 0.0;
    bool known_ = false;
};

}  // namespace peerlens

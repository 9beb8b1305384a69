#include "drive/battery.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace peerlens {
namespace {

struct Point {
    double volts;
    double percent;
};

// Of a cell that is empty at 3.3 V and full at 4.2 V.
constexpr double kEmptyVolts = 3.3;
constexpr double kFullVolts = 4.2;
constexpr std::array<Point, 10> kCurve{{{kEmptyVolts, 0},
                                        {3.50, 4},
                                        {3.60, 9},
                                        {3.70, 20},
                                        {3.75, 33},
                                        {3.80, 45},
                                        {3.87, 60},
                                        {3.98, 77},
                                        {4.08, 90},
                                        {kFullVolts, 100}}};

constexpr double kLeastCellVolts = 0.5;
constexpr double kMostCellVolts = 5.0;

// `x` on the line through (x0, y0) and (x1, y1).
double between(double x, double x0, double y0, double x1, double y1) {
    return y0 + (x - x0) / (x1 - x0) * (y1 - y0);
}

// Settings that make no sense are taken as what is usual.
BatterySettings bounded(BatterySettings settings) {
    const BatterySettings usual;
    settings.cells = std::clamp<std::uint32_t>(settings.cells, 1, 6);
    if (!(settings.divider >= 1.0 && settings.divider <= 20.0)) {
        settings.divider = usual.divider;
    }
    if (!(settings.empty_cell_v >= 0.8 && settings.empty_cell_v < settings.full_cell_v &&
          settings.full_cell_v <= 4.5)) {
        settings.empty_cell_v = usual.empty_cell_v;
        settings.full_cell_v = usual.full_cell_v;
    }
    return settings;
}

}  // namespace

double percent_of_cell(const BatterySettings& settings, double volts) {
    if (!(volts > settings.empty_cell_v)) {
        return 0.0;
    }
    if (volts >= settings.full_cell_v) {
        return 100.0;
    }
    const double on_curve =
        between(volts, settings.empty_cell_v, kEmptyVolts, settings.full_cell_v, kFullVolts);
    std::size_t next = 1;
    while (next + 1 < kCurve.size() && on_curve > kCurve[next].volts) {
        ++next;
    }
    const Point& low = kCurve[next - 1];
    const Point& high = kCurve[next];
    return between(on_curve, low.volts, low.percent, high.volts, high.percent);
}

double volts_of_cell(const BatterySettings& settings, double percent) {
    const double wanted = percent > 0.0 ? std::min(percent, 100.0) : 0.0;
    std::size_t next = 1;
    while (next + 1 < kCurve.size() && wanted > kCurve[next].percent) {
        ++next;
    }
    const Point& low = kCurve[next - 1];
    const Point& high = kCurve[next];
    const double on_curve = between(wanted, low.percent, low.volts, high.percent, high.volts);
    return between(on_curve, kEmptyVolts, settings.empty_cell_v, kFullVolts, settings.full_cell_v);
}

Battery::Battery(const BatterySettings& settings) : settings_(bounded(settings)) {}

void Battery::measured(double pin_mv, std::uint32_t passed_ms) {
    const double volts = pin_mv / 1000.0 * settings_.divider;
    const double cell = volts / settings_.cells;
    if (!settings_.fitted || !(cell >= kLeastCellVolts && cell <= kMostCellVolts)) {
        known_ = false;
    } else if (!known_) {
        known_ = true;
        volts_ = volts;
    } else {
        volts_ += (volts - volts_) * (1.0 - std::exp(-(passed_ms / kSmoothedOverMs)));
    }
}

double Battery::percent() const {
    return known_ ? percent_of_cell(settings_, volts_ / settings_.cells) : 0.0;
}

}  // namespace peerlens

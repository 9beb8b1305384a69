// The pin that measures the battery.
#pragma once

#include <optional>

namespace peerlens {

class BatterySensor {
public:
    // Millivolts at the pin, behind the divider; nothing where none is measured. To return at once.
    virtual std::optional<double> pin_mv() = 0;

protected:
    ~BatterySensor() = default;
};

}  // namespace peerlens

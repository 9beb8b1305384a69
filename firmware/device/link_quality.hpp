// How well the radio hears its access point.
#pragma once

#include <optional>

namespace peerlens {

class LinkQuality {
public:
    // Nothing while there is no radio link.
    virtual std::optional<double> rssi_dbm() = 0;

protected:
    ~LinkQuality() = default;
};

}  // namespace peerlens

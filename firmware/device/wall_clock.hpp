// The time of day.
#pragma once

#include <cstdint>

namespace peerlens {

class WallClock {
public:
    // Seconds since 1970-01-01 UTC; 0 while the clock was not set (a chip has no battery for it:
    // SNTP sets it some time after the network is there).
    virtual std::int64_t seconds() = 0;

protected:
    ~WallClock() = default;
};

}  // namespace peerlens

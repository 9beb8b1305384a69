// The device's clock.
#pragma once

#include <cstdint>

namespace peerlens {

class Clock {
public:
    // Milliseconds since boot, modulo 2^32. Never set, whatever SNTP says.
    virtual std::uint32_t now() const = 0;
    // Microseconds since some time, modulo 2^32, to measure the loop with.
    virtual std::uint32_t microseconds32() const = 0;

protected:
    ~Clock() = default;
};

}  // namespace peerlens

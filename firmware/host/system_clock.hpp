// The time of day of this system, which is always set.
#pragma once

#include <ctime>

#include "device/wall_clock.hpp"

namespace peerlens {

class SystemClock final : public WallClock {
public:
    std::int64_t seconds() override { return std::time(nullptr); }
};

}  // namespace peerlens

// Random numbers of the operating system.
#pragma once

#include <sys/random.h>

#include <cstdint>
#include <cstdlib>

#include "base/random.hpp"

namespace peerlens {

class SystemRandom final : public Random {
public:
    std::uint32_t next() override {
        std::uint32_t value = 0;
        if (getrandom(&value, sizeof value, 0) != sizeof value) {
            std::abort();  // cannot happen for so few bytes, once the system has booted
        }
        return value;
    }
};

}  // namespace peerlens

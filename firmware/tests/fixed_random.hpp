// Random numbers that a test knows.
#pragma once

#include <cstdint>

#include "base/random.hpp"

namespace peerlens {

// Always gives `value`.
class FixedRandom final : public Random {
public:
    explicit FixedRandom(std::uint32_t value) : value_(value) {}
    std::uint32_t next() override { return value_; }

private:
    std::uint32_t value_;
};

}  // namespace peerlens

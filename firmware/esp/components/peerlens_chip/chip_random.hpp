// Random numbers of the chip.
#pragma once

#include <esp_random.h>

#include <cstdint>

#include "base/random.hpp"

namespace peerlens {

// True random numbers only while Wi-Fi runs, or inside an EntropySource.
class ChipRandom final : public Random {
public:
    std::uint32_t next() override { return esp_random(); }
};

}  // namespace peerlens

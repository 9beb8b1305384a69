// The time of day, by SNTP.
#pragma once

#include "base/text.hpp"
#include "device/wall_clock.hpp"

namespace peerlens {

// One for each program: SNTP of ESP-IDF is one, too.
class NetworkTime final : public WallClock {
public:
    // Ask `server` from now on, whenever there is a network; with an empty name nobody is asked.
    // Call it once, after the network's driver was started.
    void ask(const Text<128>& server);

    std::int64_t seconds() override;

private:
    Text<128> server_;  // SNTP keeps a pointer to it
};

}  // namespace peerlens

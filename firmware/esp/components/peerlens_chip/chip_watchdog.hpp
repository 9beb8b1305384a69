// The task watchdog of ESP-IDF.
#pragma once

#include "device/task_watchdog.hpp"

namespace peerlens {

// Its limit and that it panics are set in sdkconfig.defaults.
class ChipWatchdog final : public TaskWatchdog {
public:
    void join(const char* name) override;
    void feed() override;
    void leave() override;
};

}  // namespace peerlens

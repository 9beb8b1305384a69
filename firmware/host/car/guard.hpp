// The twin's hardware timer: checks the watchdog from a thread of its own.
#pragma once

#include <atomic>
#include <thread>

#include "device/clock.hpp"
#include "device/task_watchdog.hpp"
#include "drive/output_gate.hpp"

namespace peerlens {

// Runs as long as it lives; checks every 5 ms.
class Guard {
public:
    Guard(OutputGate& gate, const Clock& clock, TaskWatchdog& watchdog);
    ~Guard();

    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

private:
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace peerlens

// Reboots a twin one of whose threads hangs.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "device/clock.hpp"
#include "device/task_watchdog.hpp"
#include "status/task_table.hpp"

namespace peerlens {

// Runs as long as it lives. When the whole process was stopped nobody hangs: time that this thread
// did not get either does not count.
class ThreadWatchdog final : public TaskWatchdog {
public:
    static constexpr std::int32_t kCheckMs = 100;

    // `hung` is called with the name of the thread that hangs, on the watchdog's own thread.
    ThreadWatchdog(const Clock& clock, std::function<void(const char*)> hung);
    ~ThreadWatchdog();
    ThreadWatchdog(const ThreadWatchdog&) = delete;
    ThreadWatchdog& operator=(const ThreadWatchdog&) = delete;

    void join(const char* name) override;
    void feed() override;
    void leave() override;

private:
    void watch();

    const Clock& clock_;
    const std::function<void(const char*)> hung_;
    TaskTable table_;
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace peerlens

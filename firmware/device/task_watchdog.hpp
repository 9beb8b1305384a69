// Reboots a device one of whose tasks hangs.
#pragma once

#include <cstdint>

namespace peerlens {

// Every task of a device (a thread on the host) calls join() when it starts and then feed() at
// least every kFeedMs. When one does not feed for kLimitMs, the device reboots, with
// ResetReason::kWatchdog. All calls are about the task that makes them.
//
// A task that has to wait for something without a bound, such as a look-up of a name, leaves
// meanwhile; then whoever waits for that task has a deadline and deals with it.
//
// (On the chip this is esp_task_wdt_add, _reset and _delete, of a limit of kLimitMs that panics.
// The failsafe's watchdog, drive/watchdog.hpp, is another one: it acts after 200 ms, and does not
// reboot.)
class TaskWatchdog {
public:
    static constexpr std::uint32_t kLimitMs = 5000;
    static constexpr std::uint32_t kFeedMs = 1000;

    // `name` must outlive the task.
    virtual void join(const char* name) = 0;
    virtual void feed() = 0;
    virtual void leave() = 0;

protected:
    ~TaskWatchdog() = default;
};

// A member from here to the end of the block.
class WatchedTask {
public:
    WatchedTask(TaskWatchdog& watchdog, const char* name) : watchdog_(watchdog) {
        watchdog_.join(name);
    }
    ~WatchedTask() { watchdog_.leave(); }
    WatchedTask(const WatchedTask&) = delete;
    WatchedTask& operator=(const WatchedTask&) = delete;

    void feed() { watchdog_.feed(); }

private:
    TaskWatchdog& watchdog_;
};

}  // namespace peerlens

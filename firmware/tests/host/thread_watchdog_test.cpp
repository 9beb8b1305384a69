#include "host/thread_watchdog.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>

namespace peerlens {
namespace {

// Goes as fast as the test wants.
class ManualClock final : public Clock {
public:
    std::uint32_t now() const override { return now_; }
    std::uint32_t microseconds32() const override { return now_ * 1000; }

    std::atomic<std::uint32_t> now_{0};
};

class ThreadWatchdogTest : public testing::Test {
protected:
    // Whether the watchdog says that `name` hangs before `clock_` has gone on by `at_most_ms`.
    bool hangs(const std::string& name, std::uint32_t at_most_ms) {
        for (std::uint32_t ms = 0; ms < at_most_ms; ms += 500) {
            clock_.now_ += 500;
            // It checks every 100 ms; more than a second at once would be its own absence.
            std::this_thread::sleep_for(std::chrono::milliseconds(120));
            const std::lock_guard lock(mutex_);
            if (!hung_.empty()) {
                return hung_ == name;
            }
        }
        return false;
    }

    ManualClock clock_;
    std::mutex mutex_;
    std::string hung_;
    ThreadWatchdog watchdog_{clock_, [this](const char* name) {
                                 const std::lock_guard lock(mutex_);
                                 hung_ = name;
                             }};
};

TEST_F(ThreadWatchdogTest, NamesTheThreadThatHangs) {
    std::atomic<bool> ending{false};
    std::atomic<bool> joined{false};
    std::thread alive([&] {
        WatchedTask task(watchdog_, "alive");
        joined = true;
        while (!ending) {
            task.feed();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    while (!joined) {
        std::this_thread::yield();
    }
    const WatchedTask task(watchdog_, "hangs");
    EXPECT_TRUE(hangs("hangs", 60'000));
    ending = true;
    alive.join();
}

TEST_F(ThreadWatchdogTest, AsksNothingOfAThreadThatHasLeft) {
    { const WatchedTask task(watchdog_, "gone"); }
    EXPECT_FALSE(hangs("gone", 7000));
    EXPECT_EQ(hung_, "");
}

TEST_F(ThreadWatchdogTest, BlamesNobodyForTimeThatItDidNotGetItself) {
    WatchedTask task(watchdog_, "stopped");
    EXPECT_FALSE(hangs("stopped", 1500));  // it runs by now
    task.feed();
    clock_.now_ += 60'000;
    EXPECT_FALSE(hangs("stopped", 2000));
    EXPECT_EQ(hung_, "");
}

}  // namespace
}  // namespace peerlens

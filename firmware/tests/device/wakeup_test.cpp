#include "device/wakeup.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace peerlens {
namespace {

// Whether it woke somebody who waited at most `wait_ms`.
bool is_woken(Wakeup& wakeup, int wait_ms) {
    pollfd watched{};
    EXPECT_EQ(wakeup.watch(&watched, 1), 1U);
    const bool woken = poll(&watched, 1, wait_ms) == 1;
    wakeup.serve(&watched, 1, 0);
    return woken;
}

TEST(WakeupTest, WakesOnceForSeveralCalls) {
    Wakeup wakeup;
    ASSERT_TRUE(wakeup.is_open());
    EXPECT_FALSE(is_woken(wakeup, 0));
    wakeup.wake();
    wakeup.wake();
    EXPECT_TRUE(is_woken(wakeup, 5'000));
    EXPECT_FALSE(is_woken(wakeup, 0));
    wakeup.wake();
    EXPECT_TRUE(is_woken(wakeup, 5'000));
}

TEST(WakeupTest, LosesNoneFromAnotherThread) {
    Wakeup wakeup;
    std::atomic<int> done{0};
    std::atomic<int> seen{0};
    std::thread other([&] {
        for (int i = 1; i <= 1'000; ++i) {
            done = i;
            wakeup.wake();
            while (seen < i) {
                std::this_thread::yield();
            }
        }
    });
    while (seen < 1'000) {
        ASSERT_TRUE(is_woken(wakeup, 5'000)) << seen;
        seen = done.load();
    }
    other.join();
}

TEST(WakeupTest, WatchesNothingWhereThereIsNoRoom) {
    Wakeup wakeup;
    EXPECT_EQ(wakeup.watch(nullptr, 0), 0U);
    wakeup.serve(nullptr, 0, 0);
}

}  // namespace
}  // namespace peerlens

#include "status/task_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace peerlens {
namespace {

constexpr std::int32_t kLimitMs = 5000;

TEST(TaskTable, FindsTheTaskThatWasNotFedForLongerThanTheLimit) {
    TaskTable table;
    const std::size_t loop = table.join("loop", 1000);
    const std::size_t capture = table.join("capture", 1000);
    table.feed(loop, 4000);
    EXPECT_EQ(table.overdue(6000, kLimitMs), nullptr);
    EXPECT_STREQ(table.overdue(6001, kLimitMs), "capture");
    table.feed(capture, 6001);
    EXPECT_EQ(table.overdue(9000, kLimitMs), nullptr);
    EXPECT_STREQ(table.overdue(9001, kLimitMs), "loop");
}

TEST(TaskTable, AsksNothingOfATaskThatHasLeft) {
    TaskTable table;
    const std::size_t task = table.join("resolver", 0);
    table.leave(task);
    EXPECT_EQ(table.overdue(100'000, kLimitMs), nullptr);
    EXPECT_EQ(table.join("resolver", 100'000), task);
    EXPECT_EQ(table.overdue(100'000, kLimitMs), nullptr);
}

TEST(TaskTable, CountsOverTheWrapAndForgivesALaterFeeding) {
    TaskTable table;
    const std::size_t task = table.join("loop", 0xFFFFFFFF);
    EXPECT_EQ(table.overdue(4999, kLimitMs), nullptr);
    EXPECT_STREQ(table.overdue(5000, kLimitMs), "loop");
    table.feed(task, 6000);
    EXPECT_EQ(table.overdue(5999, kLimitMs), nullptr);
}

TEST(TaskTable, CanFeedAll) {
    TaskTable table;
    table.join("loop", 0);
    table.join("capture", 0);
    table.feed_all(6000);
    EXPECT_EQ(table.overdue(11'000, kLimitMs), nullptr);
    EXPECT_STREQ(table.overdue(11'001, kLimitMs), "loop");
}

TEST(TaskTable, HasRoomForTwelve) {
    TaskTable table;
    for (std::size_t i = 0; i < TaskTable::kMost; ++i) {
        EXPECT_EQ(table.join("task", 0), i);
    }
    const std::size_t none = table.join("one too many", 0);
    EXPECT_EQ(none, TaskTable::kMost);
    table.feed(none, 1);  // and these do nothing
    table.leave(none);
    table.leave(3);
    EXPECT_EQ(table.join("in the gap", 0), 3u);
}

TEST(TaskTable, GivesEachOfManyThreadsAPlaceOfItsOwn) {
    TaskTable table;
    std::array<std::atomic<int>, TaskTable::kMost> holders{};
    std::atomic<bool> shared{false};
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n) {
        threads.emplace_back([&] {
            for (int i = 0; i < 2000; ++i) {
                const std::size_t task = table.join("thread", 0);
                shared = shared || task >= TaskTable::kMost || holders[task].fetch_add(1) != 0;
                table.feed(task, 1);
                holders[task].fetch_sub(1);
                table.leave(task);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_FALSE(shared);
}

}  // namespace
}  // namespace peerlens

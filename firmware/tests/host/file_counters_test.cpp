#include "host/file_counters.hpp"

#include <gtest/gtest.h>

#include "host/temporary_folder.hpp"

namespace peerlens {
namespace {

TEST(FileCounters, OutlastABoot) {
    const TemporaryFolder folder;
    const StateFolder state(folder.path());
    BootCounters counters;
    EXPECT_FALSE(FileCounters(state).load(counters));
    EXPECT_TRUE(FileCounters(state).save({1, 2, 3, 4, 5, true}));
    ASSERT_TRUE(FileCounters(state).load(counters));
    EXPECT_EQ(counters.boots, 1u);
    EXPECT_EQ(counters.panics, 2u);
    EXPECT_EQ(counters.watchdogs, 3u);
    EXPECT_EQ(counters.brown_outs, 4u);
    EXPECT_EQ(counters.rollbacks, 5u);
    EXPECT_TRUE(counters.updating);
}

TEST(FileCounters, AreNoneWhenTheFileMakesNoSense) {
    const TemporaryFolder folder;
    const StateFolder state(folder.path());
    for (const char* text : {"", "1 2 3", "a b c d e f", "1 2 3 4 5 99999999999999999999"}) {
        folder.write("counters", text);
        BootCounters counters;
        counters.boots = 77;
        EXPECT_FALSE(FileCounters(state).load(counters)) << text;
        EXPECT_EQ(counters.boots, 77u) << text;
    }
}

TEST(FileCounters, KnowWhyItBootedOnce) {
    const TemporaryFolder folder;
    const StateFolder state(folder.path());
    FileCounters counters(state);
    EXPECT_EQ(counters.take_reason(), ResetReason::kPowerOn);
    for (const ResetReason reason :
         {ResetReason::kSoftware, ResetReason::kPanic, ResetReason::kWatchdog,
          ResetReason::kBrownOut, ResetReason::kButton}) {
        counters.will_reset(reason);
        EXPECT_EQ(counters.take_reason(), reason);
        EXPECT_EQ(counters.take_reason(), ResetReason::kPowerOn);
    }
}

}  // namespace
}  // namespace peerlens

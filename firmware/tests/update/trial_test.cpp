#include "update/trial.hpp"

#include <gtest/gtest.h>

#include "status/memory_counters.hpp"
#include "update/memory_slots.hpp"

namespace peerlens {
namespace {

class TrialTest : public testing::Test {
protected:
    TrialTest() {
        slots_.choice.begin();
        slots_.choice.install({{1, 3, 0}});
        record_.installed();
        slots_.choice.boot();
        record_.booted(ResetReason::kSoftware, slots_.on_trial());
    }

    bool is_confirmed() const { return slots_.choice.slots[1].state == SlotState::kConfirmed; }

    MemorySlots slots_;
    MemoryCounters counters_;
    BootRecord record_{counters_};
    const std::uint32_t began_ = 0xFFFFFF00;
    Trial trial_{slots_, record_, began_};
};

TEST_F(TrialTest, ConfirmsAProgramThatWorks) {
    EXPECT_FALSE(trial_.tick(began_ + 1000));
    EXPECT_FALSE(is_confirmed());
    trial_.worked();
    EXPECT_FALSE(trial_.tick(began_ + 2000));
    EXPECT_TRUE(is_confirmed());
    EXPECT_FALSE(counters_.kept->updating);
    EXPECT_FALSE(trial_.tick(began_ + 1'000'000));
    EXPECT_EQ(slots_.confirmations, 1);
}

TEST_F(TrialTest, RejectsAProgramThatDidNotWorkInTimeOnce) {
    EXPECT_FALSE(trial_.tick(began_ + 179'999));
    EXPECT_TRUE(trial_.tick(began_ + 180'000));
    EXPECT_FALSE(trial_.tick(began_ + 180'001));
    trial_.worked();
    EXPECT_FALSE(trial_.tick(began_ + 180'002));
    slots_.choice.boot();
    EXPECT_EQ(slots_.choice.running, 0u);
    EXPECT_TRUE(counters_.kept->updating);  // the next boot counts it
}

TEST_F(TrialTest, TriesAgainToConfirmAndRunsOnMeanwhile) {
    slots_.fails_to_confirm = true;
    trial_.worked();
    EXPECT_FALSE(trial_.tick(began_ + 1000));
    EXPECT_FALSE(trial_.tick(began_ + 1999));
    EXPECT_EQ(slots_.confirmations, 1);
    EXPECT_FALSE(trial_.tick(began_ + 300'000));
    EXPECT_EQ(slots_.confirmations, 2);
    slots_.fails_to_confirm = false;
    EXPECT_FALSE(trial_.tick(began_ + 301'000));
    EXPECT_TRUE(is_confirmed());
}

TEST_F(TrialTest, AsksNothingOfAProgramThatIsNotOnTrial) {
    slots_.choice.confirm();
    EXPECT_FALSE(trial_.tick(began_ + 200'000));
    EXPECT_EQ(slots_.confirmations, 0);
    EXPECT_TRUE(is_confirmed());
}

}  // namespace
}  // namespace peerlens

#include "drive/loop_timing.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(LoopTiming, CountsHowMuchLaterThanItsPeriodAPassComes) {
    LoopTiming timing(5000, 0);
    std::uint32_t now_us = 0;
    for (int i = 0; i < 98; ++i) {
        timing.passed(now_us += 5050);
    }
    timing.passed(now_us += 8000);
    timing.passed(now_us += 6000);
    EXPECT_EQ(timing.passes(), 100u);
    EXPECT_EQ(timing.late_us(0.5), 100u);
    EXPECT_EQ(timing.late_us(0.98), 100u);
    EXPECT_EQ(timing.late_us(0.99), 1100u);
    EXPECT_EQ(timing.late_us(1.0), 3000u);
    EXPECT_EQ(timing.longest_us(), 3000u);
}

TEST(LoopTiming, APassThatComesEarlyIsNotLate) {
    LoopTiming timing(5000, 0);
    timing.passed(100);
    timing.passed(4000);
    EXPECT_EQ(timing.longest_us(), 0u);
    EXPECT_EQ(timing.late_us(0.99), 0u);
}

TEST(LoopTiming, WhatIsLongerThanItCountsIsTheLongest) {
    LoopTiming timing(5000, 0);
    timing.passed(2'005'000);
    EXPECT_EQ(timing.late_us(0.5), 2'000'000u);
}

TEST(LoopTiming, WhatWasLongAgoCountsForLess) {
    LoopTiming timing(5000, 0);
    std::uint32_t now_us = 0;
    for (std::uint32_t i = 0; i < LoopTiming::kMostCounted; ++i) {
        timing.passed(now_us += 6000);
    }
    EXPECT_EQ(timing.late_us(0.5), 1000u);
    for (std::uint32_t i = 0; i < LoopTiming::kMostCounted; ++i) {
        timing.passed(now_us += 5000);
    }
    EXPECT_EQ(timing.late_us(0.5), 100u);
    EXPECT_EQ(timing.late_us(0.9), 1000u) << "some of it is still there";
    EXPECT_EQ(timing.passes(), 2 * LoopTiming::kMostCounted);
}

TEST(LoopTiming, CountsOverTheWrap) {
    LoopTiming timing(5000, 0xFFFFFFFF - 999);
    timing.passed(5000);
    EXPECT_EQ(timing.longest_us(), 1000u);
}

}  // namespace
}  // namespace peerlens

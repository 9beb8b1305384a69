#include "drive/motor_ramp.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace peerlens {
namespace {

TEST(MotorRamp, RisesWithTimeAndFallsAtOnce) {
    MotorRamp ramp(100, 50, 0);
    EXPECT_DOUBLE_EQ(ramp.step(10, 1.0), 0.1);
    EXPECT_DOUBLE_EQ(ramp.step(20, 1.0), 0.2);
    EXPECT_DOUBLE_EQ(ramp.step(30, 0.25), 0.25);
    EXPECT_DOUBLE_EQ(ramp.step(31, 0.1), 0.1);
    EXPECT_DOUBLE_EQ(ramp.step(32, 0.0), 0.0);
}

TEST(MotorRamp, WithoutARampAllComesAtOnce) {
    MotorRamp ramp(0, 0, 0);
    EXPECT_EQ(ramp.step(0, 1.0), 1.0);
    EXPECT_EQ(ramp.step(0, -1.0), -1.0);
}

TEST(MotorRamp, RestsBetweenForwardsAndBackwards) {
    MotorRamp ramp(20, 50, 0);
    ramp.step(20, 1.0);
    EXPECT_EQ(ramp.step(30, -1.0), 0.0);
    EXPECT_EQ(ramp.step(79, -1.0), 0.0);
    EXPECT_EQ(ramp.step(80, -1.0), -0.05);
    EXPECT_EQ(ramp.step(100, -1.0), -1.0);
}

TEST(MotorRamp, DoesNotRestBeforeTheSameDirection) {
    MotorRamp ramp(0, 50, 0);
    ramp.step(10, 0.5);
    ramp.step(20, 0.0);
    EXPECT_EQ(ramp.step(25, 0.5), 0.5);
}

TEST(MotorRamp, ARestThatIsOverCountsForBothDirections) {
    MotorRamp ramp(0, 50, 0);
    ramp.step(10, 0.5);
    ramp.step(20, 0.0);
    ramp.step(70, 0.0);
    EXPECT_EQ(ramp.step(71, -0.5), -0.5);
}

TEST(MotorRamp, ALongPauseIsNoJump) {
    MotorRamp ramp(100, 50, 0);
    ramp.step(10, 1.0);
    EXPECT_DOUBLE_EQ(ramp.step(5000, 1.0), 0.3);
    EXPECT_DOUBLE_EQ(ramp.step(4000, 1.0), 0.5) << "a clock that went backwards";
}

TEST(MotorRamp, CountsOverTheWrap) {
    MotorRamp ramp(100, 50, 0xFFFFFFF0);
    EXPECT_DOUBLE_EQ(ramp.step(0xFFFFFFFA, 1.0), 0.1);
    EXPECT_DOUBLE_EQ(ramp.step(4, 1.0), 0.2);
}

TEST(MotorRamp, WhatIsNoNumberIsNoThrottle) {
    MotorRamp ramp(0, 0, 0);
    ramp.step(10, 1.0);
    EXPECT_EQ(ramp.step(20, std::numeric_limits<double>::quiet_NaN()), 0.0);
}

TEST(MotorRamp, NeverGivesMoreThanIsWantedNorTurnsWithoutARest) {
    std::mt19937 random(7);
    for (int drive = 0; drive < 50; ++drive) {
        std::uint32_t now = random();
        MotorRamp ramp(random() % 200, 50, now);
        double wanted = 0.0;
        int last = 0;  // the direction of the last throttle
        std::uint32_t last_at = now;
        for (int i = 0; i < 2000; ++i) {
            now += random() % 20;
            wanted = random() % 10 == 0 ? random() % 2001 / 1000.0 - 1.0 : wanted;
            const double throttle = ramp.step(now, wanted);
            ASSERT_LE(std::fabs(throttle), std::fabs(wanted));
            ASSERT_GE(throttle * wanted, 0.0);
            const int direction = throttle > 0.0 ? 1 : throttle < 0.0 ? -1 : 0;
            if (direction != 0) {
                ASSERT_TRUE(direction != -last || now - last_at >= 50) << now - last_at;
                last = direction;
                last_at = now;
            }
        }
    }
}

}  // namespace
}  // namespace peerlens

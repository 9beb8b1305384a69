#include "drive/servo.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace peerlens {
namespace {

ServoSettings servo(std::uint32_t centre_us, std::uint32_t range_us, double trim = 0.0,
                    bool invert = false) {
    return {centre_us, range_us, trim, invert};
}

TEST(Servo, GoesFromOneEndToTheOther) {
    const Servo steering(servo(1500, 400));
    EXPECT_EQ(steering.pulse_us(-1.0), 1100);
    EXPECT_EQ(steering.pulse_us(0.0), 1500);
    EXPECT_EQ(steering.pulse_us(0.5), 1700);
    EXPECT_EQ(steering.pulse_us(1.0), 1900);
}

TEST(Servo, InvertedTurnsTheOtherWayAboutTheSameCentre) {
    const Servo steering(servo(1500, 400, 0.1, true));
    EXPECT_EQ(steering.pulse_us(0.0), 1540);
    EXPECT_EQ(steering.pulse_us(1.0), 1140);
    EXPECT_EQ(steering.pulse_us(-1.0), 1940);
}

TEST(Servo, TrimMovesTheCentre) {
    EXPECT_EQ(Servo(servo(1500, 400, -0.25)).pulse_us(0.0), 1400);
    EXPECT_EQ(Servo(servo(1500, 400, 0.25)).pulse_us(-1.0), 1200);
}

TEST(Servo, EveryRoundingIsToTheNearestMicrosecond) {
    const Servo steering(servo(1500, 333));
    EXPECT_EQ(steering.pulse_us(0.001), 1500);
    EXPECT_EQ(steering.pulse_us(0.002), 1501);
    EXPECT_EQ(steering.pulse_us(-0.002), 1499);
}

TEST(Servo, NoPulseIsEverOutsideItsBoundsWhateverIsSetOrAsked) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    for (const std::uint32_t centre_us : {0u, 1000u, 1500u, 2000u, 4'294'967'295u}) {
        for (const std::uint32_t range_us : {0u, 500u, 1000u, 4'294'967'295u}) {
            for (const double trim : {-infinite, -0.5, 0.0, 0.5, infinite, nan}) {
                for (const bool invert : {false, true}) {
                    const Servo any(servo(centre_us, range_us, trim, invert));
                    for (const double at : {-infinite, -7.0, -1.0, 0.0, 1.0, 7.0, infinite, nan}) {
                        ASSERT_GE(any.pulse_us(at), 500);
                        ASSERT_LE(any.pulse_us(at), 2500);
                    }
                }
            }
        }
    }
}

TEST(Servo, WhatIsNoNumberIsTheCentreAndWhatIsBeyondTheEnd) {
    const Servo steering(servo(1500, 400));
    EXPECT_EQ(steering.pulse_us(std::numeric_limits<double>::quiet_NaN()), 1500);
    EXPECT_EQ(steering.pulse_us(3.0), 1900);
}

}  // namespace
}  // namespace peerlens

#include "drive/pin_outputs.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>

namespace peerlens {
namespace {

constexpr BoardCapabilities kAll{true, true, true, true, true};

PinSettings bridge() {
    PinSettings settings;
    settings.motor.kind = MotorKind::kBridge;
    settings.motor.ramp_ms = 0;
    return settings;
}

PinSettings esc() {
    PinSettings settings;
    settings.motor.kind = MotorKind::kEsc;
    settings.motor.ramp_ms = 0;
    return settings;
}

Outputs armed(double throttle, double steering = 0.0) {
    return {DriveState::kArmed, {throttle, steering, false}, {}};
}

void expect_duty(const PinLevels& levels, int forward, int reverse) {
    EXPECT_EQ(levels.motion.forward_duty, forward);
    EXPECT_EQ(levels.motion.reverse_duty, reverse);
}

TEST(PinOutputs, IsNeutralFromTheFirstInstruction) {
    const PinOutputs pins(bridge(), kAll, 0);
    const PinLevels levels = pins.at_boot();
    EXPECT_EQ(levels.motion, pins.neutral());
    EXPECT_EQ(levels.motion.steering_us, 1500);
    expect_duty(levels, kFullDuty, kFullDuty);
    EXPECT_FALSE(levels.motion.horn);
    EXPECT_FALSE(levels.lights);
    EXPECT_EQ(levels.pan_us, 1500);
    EXPECT_EQ(PinOutputs(esc(), kAll, 0).neutral().esc_us, 1500);
}

TEST(PinOutputs, DrivesABridgeByOneOfItsInputs) {
    PinOutputs pins(bridge(), kAll, 0);
    expect_duty(pins.levels(10, armed(0.5)), 500, 0);
    expect_duty(pins.levels(20, armed(1.0)), 1000, 0);
    expect_duty(pins.levels(100, armed(0.0)), 0, 0);
    expect_duty(pins.levels(200, armed(-0.25)), 0, 250);
    EXPECT_EQ(pins.levels(200, armed(-0.25)).motion.esc_us, 0) << "no pulse on a pin without ESC";
}

TEST(PinOutputs, ABridgeHasNothingOnEitherInputWhileItReverses) {
    PinOutputs pins(bridge(), kAll, 0);
    pins.levels(10, armed(1.0));
    expect_duty(pins.levels(20, armed(-1.0)), 0, 0);
    expect_duty(pins.levels(69, armed(-1.0)), 0, 0);
    expect_duty(pins.levels(70, armed(-1.0)), 0, 1000);
}

TEST(PinOutputs, ABridgeBrakesByBothInputsOrCoasts) {
    Outputs braking = armed(0.0);
    braking.drive.brake = true;
    PinOutputs brakes(bridge(), kAll, 0);
    expect_duty(brakes.levels(10, braking), kFullDuty, kFullDuty);
    PinSettings settings = bridge();
    settings.motor.brakes = false;
    PinOutputs coasts(settings, kAll, 0);
    expect_duty(coasts.levels(10, braking), 0, 0);
    EXPECT_EQ(coasts.neutral().forward_duty, 0);
}

TEST(PinOutputs, ABridgeBeginsWithTheDutyThatTurnsTheMotor) {
    PinSettings settings = bridge();
    settings.motor.least_duty = 0.2;
    PinOutputs pins(settings, kAll, 0);
    expect_duty(pins.levels(10, armed(0.0)), 0, 0);
    expect_duty(pins.levels(20, armed(0.5)), 600, 0);
    expect_duty(pins.levels(30, armed(1.0)), 1000, 0);
}

TEST(PinOutputs, AnInvertedMotorTurnsTheOtherWay) {
    PinSettings settings = bridge();
    settings.motor.invert = true;
    expect_duty(PinOutputs(settings, kAll, 0).levels(10, armed(0.5)), 0, 500);
    settings = esc();
    settings.motor.invert = true;
    settings.motor.arming_ms = 0;
    EXPECT_EQ(PinOutputs(settings, kAll, 0).levels(10, armed(0.5)).motion.esc_us, 1250);
}

TEST(PinOutputs, AnEscGetsNeutralUntilItHasSeenItForLongEnough) {
    PinOutputs pins(esc(), kAll, 1000);
    EXPECT_FALSE(pins.is_ready(2999));
    EXPECT_EQ(pins.levels(2999, armed(1.0)).motion.esc_us, 1500);
    EXPECT_TRUE(pins.is_ready(3000));
    EXPECT_EQ(pins.levels(3000, armed(1.0)).motion.esc_us, 2000);
    EXPECT_TRUE(pins.is_ready(1100)) << "the clock wrapped";
}

TEST(PinOutputs, AnEscBrakesByNeutralAndNeverByAPulseBackwards) {
    PinOutputs pins(esc(), kAll, 0);
    pins.levels(3000, armed(1.0));
    Outputs braking = armed(0.0);
    braking.drive.brake = true;
    const PinLevels levels = pins.levels(3010, braking);
    EXPECT_EQ(levels.motion.esc_us, 1500);
    expect_duty(levels, 0, 0);
}

TEST(PinOutputs, ThrottleRisesGradually) {
    PinSettings settings = bridge();
    settings.motor.ramp_ms = 100;
    PinOutputs pins(settings, kAll, 0);
    expect_duty(pins.levels(10, armed(1.0)), 100, 0);
    expect_duty(pins.levels(20, armed(1.0)), 200, 0);
}

TEST(PinOutputs, NothingButArmedMovesTheMotorAtAnySetting) {
    for (const PinSettings& settings : {bridge(), esc()}) {
        PinOutputs pins(settings, kAll, 0);
        for (const DriveState state : {DriveState::kDisarmed, DriveState::kArming,
                                       DriveState::kNeutral, DriveState::kStopped}) {
            pins.levels(5000, armed(1.0));
            Outputs wrong = armed(1.0);
            wrong.state = state;
            const MotionLevels motion = pins.levels(5010, wrong).motion;
            EXPECT_EQ(motion.forward_duty, 0);
            EXPECT_EQ(motion.reverse_duty, 0);
            EXPECT_EQ(motion.esc_us, pins.neutral().esc_us);
        }
    }
}

TEST(PinOutputs, NeutralOutputsAreTheLevelsThatTheTimerWrites) {
    for (const PinSettings& settings : {bridge(), esc()}) {
        PinOutputs pins(settings, kAll, 0);
        pins.levels(5000, armed(1.0, 1.0));
        EXPECT_EQ(pins.levels(5010, made_neutral(armed(1.0, 1.0))).motion, pins.neutral());
    }
}

TEST(PinOutputs, PassesLightsHornPanAndTiltOn) {
    PinSettings settings = bridge();
    settings.tilt = {1400, 200, 0.0, true};
    PinOutputs pins(settings, kAll, 0);
    Outputs outputs = armed(0.0, -1.0);
    outputs.accessories = {true, true, 1.0, 0.5};
    const PinLevels levels = pins.levels(10, outputs);
    EXPECT_EQ(levels.motion.steering_us, 1100);
    EXPECT_TRUE(levels.lights);
    EXPECT_TRUE(levels.motion.horn);
    EXPECT_EQ(levels.pan_us, 1900);
    EXPECT_EQ(levels.tilt_us, 1300);
}

TEST(PinOutputs, AServoThatIsNotThereGetsNoPulse) {
    PinOutputs pins(bridge(), {}, 0);
    EXPECT_EQ(pins.at_boot().pan_us, 0);
    EXPECT_EQ(pins.levels(10, armed(0.0)).tilt_us, 0);
}

TEST(PinOutputs, SettingsOutsideTheirBoundsAreHarmless) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double least_duty : {nan, -5.0, 5.0}) {
        PinSettings settings = bridge();
        settings.motor.least_duty = least_duty;
        settings.motor.reversal_ms = 0xFFFFFFFF;
        PinOutputs pins(settings, kAll, 0);
        expect_duty(pins.levels(10, armed(1.0)), 1000, 0);
        expect_duty(pins.levels(20, armed(nan, nan)), 0, 0);
        expect_duty(pins.levels(2000, armed(-1.0)), 0, 1000);
    }
    PinSettings settings = esc();
    settings.motor.arming_ms = 0xFFFFFFFF;
    EXPECT_TRUE(PinOutputs(settings, kAll, 0).is_ready(10'000));
}

}  // namespace
}  // namespace peerlens

#include "device/board_settings.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(BoardSettings, AreMadeOfTheSettingsOfTheDevice) {
    Settings settings;
    settings.identity.id = "board-7";
    settings.identity.token = "t0k3n";
    settings.board.most_forward = 0.5;
    settings.board.most_reverse = 0.25;
    settings.board.failsafe_ms = 300;
    settings.board.reverse = false;
    settings.board.horn = true;
    settings.board.pins.steering.centre_us = 1600;
    settings.board.pins.motor.kind = MotorKind::kBridge;
    settings.board.battery.cells = 3;
    const BoardControlSettings made = board_control_settings(settings, "a-board", "1.2.3");
    EXPECT_EQ(made.board.device_id, "board-7");
    EXPECT_EQ(made.board.token, "t0k3n");
    EXPECT_EQ(made.board.model, "a-board");
    EXPECT_EQ(made.board.firmware, "1.2.3");
    EXPECT_FALSE(made.board.capabilities.reverse);
    EXPECT_FALSE(made.board.capabilities.lights);
    EXPECT_TRUE(made.board.capabilities.horn);
    EXPECT_FALSE(made.board.capabilities.pan);
    EXPECT_FALSE(made.board.capabilities.tilt);
    EXPECT_EQ(made.board.limits.forward, 0.5);
    EXPECT_EQ(made.board.limits.reverse, 0.25);
    EXPECT_EQ(made.board.limits.failsafe_ms, 300.0);
    EXPECT_EQ(made.pins.steering.centre_us, 1600u);
    EXPECT_EQ(made.pins.motor.kind, MotorKind::kBridge);
    EXPECT_EQ(made.battery.cells, 3u);
}

}  // namespace
}  // namespace peerlens

#include "drive/battery.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace peerlens {
namespace {

BatterySettings two_cells() {
    BatterySettings settings;
    settings.fitted = true;
    settings.cells = 2;
    settings.divider = 3.0;
    return settings;
}

TEST(Battery, IsUnknownUntilItWasMeasured) {
    Battery battery(two_cells());
    EXPECT_FALSE(battery.is_known());
    battery.measured(2800, 0);
    ASSERT_TRUE(battery.is_known());
    EXPECT_DOUBLE_EQ(battery.volts(), 8.4);
    EXPECT_NEAR(battery.percent(), 100.0, 1e-9);
}

TEST(Battery, ACellIsEmptyAndFullWhereTheSettingsSay) {
    const BatterySettings usual = two_cells();
    EXPECT_EQ(percent_of_cell(usual, 3.3), 0.0);
    EXPECT_EQ(percent_of_cell(usual, 2.0), 0.0);
    EXPECT_EQ(percent_of_cell(usual, 4.2), 100.0);
    EXPECT_EQ(percent_of_cell(usual, 4.3), 100.0);
    EXPECT_NEAR(percent_of_cell(usual, 3.8), 45.0, 1e-9);
    BatterySettings other = usual;
    other.empty_cell_v = 3.0;
    other.full_cell_v = 3.6;
    EXPECT_EQ(percent_of_cell(other, 3.0), 0.0);
    EXPECT_EQ(percent_of_cell(other, 3.6), 100.0);
    EXPECT_GT(percent_of_cell(other, 3.4), 40.0);
}

TEST(Battery, TheCurveRisesAllTheWayAndGoesBothWays) {
    const BatterySettings usual = two_cells();
    double last = -1.0;
    for (double volts = 3.31; volts < 4.2; volts += 0.01) {
        const double percent = percent_of_cell(usual, volts);
        EXPECT_GT(percent, last) << volts;
        EXPECT_NEAR(volts_of_cell(usual, percent), volts, 1e-9);
        last = percent;
    }
    EXPECT_DOUBLE_EQ(volts_of_cell(usual, -3.0), 3.3);
    EXPECT_DOUBLE_EQ(volts_of_cell(usual, 300.0), 4.2);
}

TEST(Battery, AMotorThatStartsDoesNotEmptyIt) {
    Battery battery(two_cells());
    battery.measured(2600, 0);
    const double before = battery.percent();
    battery.measured(2200, 100);
    EXPECT_GT(battery.percent(), before - 10.0);
    for (int i = 0; i < 60; ++i) {
        battery.measured(2200, 500);
    }
    EXPECT_NEAR(battery.volts(), 6.6, 0.02);
    EXPECT_LT(battery.percent(), 1.0);
}

TEST(Battery, TheMeanDoesNotDependOnHowOftenItIsMeasured) {
    Battery often(two_cells());
    Battery seldom(two_cells());
    often.measured(2800, 0);
    seldom.measured(2800, 0);
    for (int i = 0; i < 20; ++i) {
        often.measured(2400, 100);
    }
    seldom.measured(2400, 2000);
    EXPECT_NEAR(often.volts(), seldom.volts(), 1e-9);
}

TEST(Battery, WhatCannotBeABatteryIsNone) {
    Battery battery(two_cells());
    battery.measured(2600, 0);
    for (const double pin_mv : {0.0, 100.0, 3400.0, -5.0, std::numeric_limits<double>::quiet_NaN(),
                                std::numeric_limits<double>::infinity()}) {
        battery.measured(pin_mv, 500);
        EXPECT_FALSE(battery.is_known()) << pin_mv;
        EXPECT_EQ(battery.percent(), 0.0);
    }
    battery.measured(2600, 500);
    EXPECT_TRUE(battery.is_known());
    EXPECT_DOUBLE_EQ(battery.volts(), 7.8) << "begun anew, without what was before";
}

TEST(Battery, ABoardWithoutOneTellsNothing) {
    Battery battery(BatterySettings{});
    battery.measured(2600, 0);
    EXPECT_FALSE(battery.is_known());
}

TEST(Battery, SettingsThatMakeNoSenseAreTakenAsUsual) {
    BatterySettings settings = two_cells();
    settings.cells = 0;
    settings.divider = std::numeric_limits<double>::quiet_NaN();
    settings.empty_cell_v = 4.2;
    settings.full_cell_v = 3.3;
    Battery battery(settings);
    battery.measured(1400, 0);
    ASSERT_TRUE(battery.is_known());
    EXPECT_DOUBLE_EQ(battery.volts(), 4.2);
    EXPECT_NEAR(battery.percent(), 100.0, 1e-9);
}

}  // namespace
}  // namespace peerlens

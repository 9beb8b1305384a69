#include "status/reset_reason.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(ResetReason, HasAName) {
    EXPECT_EQ(name_of(ResetReason::kPowerOn), "power-on");
    EXPECT_EQ(name_of(ResetReason::kButton), "button");
    EXPECT_EQ(name_of(ResetReason::kSoftware), "software");
    EXPECT_EQ(name_of(ResetReason::kPanic), "panic");
    EXPECT_EQ(name_of(ResetReason::kWatchdog), "watchdog");
    EXPECT_EQ(name_of(ResetReason::kBrownOut), "brown-out");
    EXPECT_EQ(name_of(ResetReason::kUnknown), "unknown");
    EXPECT_EQ(name_of(static_cast<ResetReason>(200)), "unknown");
}

}  // namespace
}  // namespace peerlens

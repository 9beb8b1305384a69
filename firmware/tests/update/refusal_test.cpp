#include "update/refusal.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(Refusal, IsToldByAStatus) {
    EXPECT_EQ(status_of(Refusal::kNone), 200);
    for (int code = static_cast<int>(Refusal::kNoKey);
         code <= static_cast<int>(Refusal::kNotBootable); ++code) {
        EXPECT_GE(status_of(static_cast<Refusal>(code)), 400) << code;
    }
    EXPECT_EQ(status_of(Refusal::kBusy), 409);
    EXPECT_EQ(status_of(Refusal::kInUse), 409);
    EXPECT_EQ(status_of(Refusal::kOnTrial), 409);
    EXPECT_EQ(status_of(Refusal::kDowngrade), 409);
    EXPECT_EQ(status_of(Refusal::kUnsigned), 403);
    EXPECT_EQ(status_of(Refusal::kWrongSignature), 403);
    EXPECT_EQ(status_of(Refusal::kNoKey), 403);
    EXPECT_EQ(status_of(Refusal::kTooLarge), 413);
    EXPECT_EQ(status_of(Refusal::kCorrupt), 422);
    EXPECT_EQ(status_of(Refusal::kTruncated), 400);
    EXPECT_EQ(status_of(Refusal::kNotWritten), 500);
}

}  // namespace
}  // namespace peerlens

#include "drive/sequence.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(Sequence, TheNextOneIsNewerAndTheSameIsNot) {
    EXPECT_TRUE(is_newer(1, 0));
    EXPECT_FALSE(is_newer(0, 0));
    EXPECT_FALSE(is_newer(0, 1));
}

TEST(Sequence, Wraps) {
    EXPECT_TRUE(is_newer(0, 0xFFFFFFFF));
    EXPECT_TRUE(is_newer(5, 0xFFFFFFF0));
    EXPECT_FALSE(is_newer(0xFFFFFFFF, 0));
}

TEST(Sequence, AheadByHalfTheRangeIsNotNewer) {
    EXPECT_TRUE(is_newer(0x7FFFFFFF, 0));
    EXPECT_FALSE(is_newer(0x80000000, 0));
    EXPECT_FALSE(is_newer(0x80000001, 0));
    EXPECT_TRUE(is_newer(0x7FFFFFFE, 0xFFFFFFFF));
    EXPECT_FALSE(is_newer(0x7FFFFFFF, 0xFFFFFFFF));
}

}  // namespace
}  // namespace peerlens

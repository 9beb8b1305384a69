#include "update/version.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(Version, IsReadAndWritten) {
    for (const char* text : {"0.0.0", "1.4.12", "65535.65535.65535"}) {
        const auto version = parse_version(text);
        ASSERT_TRUE(version) << text;
        EXPECT_EQ(text_of(*version).view(), text);
    }
}

TEST(Version, IsThreeNumbersAndNothingElse) {
    for (const char* text : {"", "1", "1.2", "1.2.", "1.2.3.", "1.2.3.4", "1.2.3-rc1", "v1.2.3",
                             "1..3", "1.2.65536", "-1.2.3", "1.+2.3", " 1.2.3", "1.2.3 "}) {
        EXPECT_FALSE(parse_version(text)) << text;
    }
}

TEST(Version, IsOrderedByItsNumbersAndNotByItsText) {
    const auto is_older = [](const char* a, const char* b) {
        return *parse_version(a) < *parse_version(b);
    };
    EXPECT_TRUE(is_older("1.4.9", "1.4.12"));
    EXPECT_TRUE(is_older("1.9.9", "2.0.0"));
    EXPECT_TRUE(is_older("1.4.9", "1.10.0"));
    EXPECT_FALSE(is_older("1.4.9", "1.4.9"));
    EXPECT_FALSE(is_older("2.0.0", "1.9.9"));
    EXPECT_EQ(*parse_version("1.04.9"), *parse_version("1.4.9"));
}

}  // namespace
}  // namespace peerlens

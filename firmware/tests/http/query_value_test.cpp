#include "http/query_value.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

TEST(QueryValueTest, FindsTheFirstOfItsName) {
    const std::string query = "var=fps&val=10&val=20&empty=&bare";
    EXPECT_EQ(QueryValue(query, "var").view(), "fps");
    EXPECT_EQ(QueryValue(query, "val").view(), "10");
    EXPECT_TRUE(QueryValue(query, "empty").is_valid());
    EXPECT_EQ(QueryValue(query, "empty").view(), "");
    EXPECT_TRUE(QueryValue(query, "bare").is_valid());
    EXPECT_FALSE(QueryValue(query, "va").is_there());
    EXPECT_FALSE(QueryValue(query, "va").is_valid());
    EXPECT_FALSE(QueryValue("", "var").is_there());
}

TEST(QueryValueTest, DecodesIt) {
    EXPECT_EQ(QueryValue("a=wifi%2Dgone", "a").view(), "wifi-gone");
    EXPECT_EQ(QueryValue("a=x+y%20z", "a").view(), "x y z");
    EXPECT_EQ(QueryValue("a=%C3%a4", "a").view(), "\xC3\xA4");
    EXPECT_EQ(QueryValue("a=1=2", "a").view(), "1=2");
}

TEST(QueryValueTest, RefusesWhatIsWronglyEncodedOrTooLong) {
    for (const char* wrong : {"a=%", "a=%4", "a=%4g", "a=%zz", "a=%00", "a=%0a", "a=%7F"}) {
        const QueryValue value(wrong, "a");
        EXPECT_TRUE(value.is_there()) << wrong;
        EXPECT_FALSE(value.is_valid()) << wrong;
    }
    EXPECT_TRUE(QueryValue("a=" + std::string(64, 'x'), "a").is_valid());
    EXPECT_FALSE(QueryValue("a=" + std::string(65, 'x'), "a").is_valid());
}

}  // namespace
}  // namespace peerlens

#include "base/text.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(Text, TakesWhatFits) {
    Text<4> text;
    EXPECT_TRUE(text.empty());
    EXPECT_STREQ(text.c_str(), "");
    EXPECT_TRUE(text.assign("abcd"));
    EXPECT_EQ(text.view(), "abcd");
    EXPECT_STREQ(text.c_str(), "abcd");
    text.clear();
    EXPECT_EQ(text.view(), "");
}

TEST(Text, StaysAsItWasWhenItDoesNot) {
    Text<4> text = "ab";
    EXPECT_FALSE(text.assign("abcde"));
    EXPECT_FALSE(text.assign(std::string_view("a\0b", 3)));
    EXPECT_EQ(text.view(), "ab");
}

TEST(Text, IsCutWhenTooMuchIsAppended) {
    Text<4> text = "ab";
    text.append("cdef");
    EXPECT_EQ(text.view(), "abcd");
    EXPECT_STREQ(text.c_str(), "abcd");
    text.append("g");
    EXPECT_EQ(text.view(), "abcd");
}

TEST(Text, LeavesNothingOfALongerOne) {
    Text<8> text = "password";
    text.assign("x");
    for (std::size_t i = 1; i <= 8; ++i) {
        EXPECT_EQ(text.c_str()[i], '\0');
    }
}

TEST(Text, AssignsAPartOfItself) {
    Text<8> text = "abcdef";
    EXPECT_TRUE(text.assign(text.view().substr(2)));
    EXPECT_EQ(text.view(), "cdef");
}

TEST(Text, ComparesWhateverTheRoom) {
    EXPECT_TRUE(Text<4>("ab") == Text<8>("ab"));
    EXPECT_FALSE(Text<4>("ab") == Text<8>("abc"));
}

}  // namespace
}  // namespace peerlens

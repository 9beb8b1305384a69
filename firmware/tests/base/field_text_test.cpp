#include "base/field_text.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(FieldTextTest, ComparesWithoutTheCaseOfLetters) {
    EXPECT_TRUE(same_text("Keep-Alive", "kEEP-aLIVE"));
    EXPECT_FALSE(same_text("a", "ab"));
    EXPECT_FALSE(same_text("[", "{"));  // which differ as letters' cases do
    EXPECT_TRUE(same_text("", ""));
}

TEST(FieldTextTest, TrimsSpacesAndTabs) {
    EXPECT_EQ(trimmed(" \ta b\t "), "a b");
    EXPECT_EQ(trimmed(" \t "), "");
    EXPECT_EQ(trimmed(""), "");
}

TEST(FieldTextTest, CutsAtTheFirstMark) {
    std::string_view text = "a: b: c";
    EXPECT_EQ(cut(text, ": "), "a");
    EXPECT_EQ(cut(text, ": "), "b");
    EXPECT_EQ(cut(text, ": "), "c");
    EXPECT_EQ(text, "");
    EXPECT_EQ(cut(text, ": "), "");
}

TEST(FieldTextTest, FindsAWordInAList) {
    EXPECT_TRUE(lists("keep-alive, Upgrade", "upgrade"));
    EXPECT_TRUE(lists("upgrade", "upgrade"));
    EXPECT_FALSE(lists("upgrades, up grade,", "upgrade"));
    EXPECT_FALSE(lists("", "upgrade"));
}

}  // namespace
}  // namespace peerlens

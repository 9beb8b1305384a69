#include "json/json_string.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

std::string copied(std::string_view raw, std::size_t room = 64) {
    char buffer[64];
    return std::string(JsonString(raw).copy(buffer, room));
}

TEST(JsonString, ReadsEveryEscape) {
    EXPECT_EQ(copied(R"(\"\\\/\b\f\n\r\t\u0041)"), "\"\\/\b\f\n\r\tA");
    EXPECT_EQ(copied(R"(\u00e9\u20AC\ud83d\uDE97)"), "é€🚗");
    EXPECT_EQ(copied(R"(\u0000)"), std::string(1, '\0'));
}

TEST(JsonString, CountsCodePoints) {
    EXPECT_EQ(JsonString("").length(), 0u);
    EXPECT_EQ(JsonString("정문").length(), 2u);
    EXPECT_EQ(JsonString(R"(🚗\ud83d\ude97\n)").length(), 3u);
}

TEST(JsonString, ComparesWhatIsMeantNotHowItIsWritten) {
    EXPECT_TRUE(JsonString(R"(t\u0079pe)") == "type");
    EXPECT_TRUE(JsonString(R"(\u0078)") == JsonString("x"));
    EXPECT_FALSE(JsonString("typ") == "type");
    EXPECT_FALSE(JsonString("types") == "type");
    EXPECT_FALSE(JsonString("x") == JsonString("xy"));
}

TEST(JsonString, KnowsLoneSurrogates) {
    EXPECT_TRUE(JsonString(R"(\ud83d\ude97)").is_unicode());
    for (const char* lone : {R"(\ud800)", R"(a\ud83d)", R"(\ude97a)", R"(\ude97\ud83d)",
                             R"(\ud83d\u0041)", R"(\ud83d\n)"}) {
        EXPECT_FALSE(JsonString(lone).is_unicode()) << lone;
    }
    EXPECT_EQ(copied(R"(a\ud800b)"), "a\uFFFDb");
}

TEST(JsonString, CopiesWholeCharactersThatFit) {
    EXPECT_EQ(copied("정문", 5), "정");
    EXPECT_EQ(copied("abc", 2), "ab");
    EXPECT_EQ(copied("abc", 0), "");
}

}  // namespace
}  // namespace peerlens

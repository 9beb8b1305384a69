#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

TEST(Utf8, ReadsWhatItWrites) {
    for (const char32_t code_point : {U'a', U'\x7F', U'\x80', U'\u07FF', U'\u0800', U'\uD7FF',
                                      U'\uE000', U'\uFFFF', U'\U00010000', U'\U0010FFFF'}) {
        char bytes[4];
        const std::size_t size = write_utf8(code_point, bytes);
        std::size_t position = 0;
        EXPECT_EQ(next_code_point({bytes, size}, position), code_point);
        EXPECT_EQ(position, size);
    }
}

TEST(Utf8, AcceptsTextOfManyScripts) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("car, 정문, é, 🚗"));
}

TEST(Utf8, RefusesWhatIsCutShort) {
    EXPECT_FALSE(is_utf8("\xC3"));
    EXPECT_FALSE(is_utf8("\xE2\x82"));
    EXPECT_FALSE(is_utf8("\xF0\x9F\x9A"));
    EXPECT_FALSE(is_utf8("\xE2\x82x"));
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatIsBeyondUnicode) {
    for (const char* bad :
         {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80",
          "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xFF"}) {
        EXPECT_FALSE(is_utf8(bad)) << bad;
    }
}

}  // namespace
}  // namespace peerlens

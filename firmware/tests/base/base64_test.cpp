#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(Base64, WritesTheExamplesOfRfc4648) {
    EXPECT_EQ(base64(std::array<std::uint8_t, 1>{'f'}).view(), "Zg==");
    EXPECT_EQ(base64(std::array<std::uint8_t, 2>{'f', 'o'}).view(), "Zm8=");
    EXPECT_EQ(base64(std::array<std::uint8_t, 3>{'f', 'o', 'o'}).view(), "Zm9v");
    EXPECT_EQ(base64(std::array<std::uint8_t, 5>{'f', 'o', 'o', 'b', 'a'}).view(), "Zm9vYmE=");
}

TEST(Base64, UsesTheWholeAlphabet) {
    EXPECT_EQ(base64(std::array<std::uint8_t, 3>{0xFB, 0xFF, 0xBF}).view(), "+/+/");
    EXPECT_EQ(base64(std::array<std::uint8_t, 3>{0, 0, 0}).view(), "AAAA");
}

TEST(Base64, OfTextOfAnyLength) {
    char out[64];
    const auto written = [&](std::string_view text) {
        return std::string_view(out, write_base64(text, out));
    };
    EXPECT_EQ(written(""), "");
    EXPECT_EQ(written("f"), "Zg==");
    EXPECT_EQ(written("fo"), "Zm8=");
    EXPECT_EQ(written("foo"), "Zm9v");
    EXPECT_EQ(written("foobar\xff"), "Zm9vYmFy/w==");
}

}  // namespace
}  // namespace peerlens

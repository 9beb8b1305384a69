#include "base/text_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace peerlens {
namespace {

TEST(TextWriterTest, WritesTextAndNumbers) {
    std::array<char, 64> buffer;
    TextWriter text(buffer.data(), buffer.size());
    text.add("a").add(std::uint64_t{0}).add("-").add_hex(44'090).add("");
    EXPECT_EQ(text.view(), "a0-ac3a");
    EXPECT_FALSE(text.overflow());
    text.add(std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(text.view(), "a0-ac3a18446744073709551615");
}

TEST(TextWriterTest, LeavesOutWhatDoesNotFitAndAllBehindIt) {
    std::array<char, 4> buffer{};
    TextWriter text(buffer.data(), 3);
    text.add("abc");
    EXPECT_FALSE(text.overflow());
    text.add("d").add("");
    EXPECT_TRUE(text.overflow());
    EXPECT_EQ(text.view(), "abc");
    EXPECT_EQ(buffer[3], '\0');

    TextWriter other(buffer.data(), 3);
    other.add("ab").add("cd").add("e");
    EXPECT_EQ(other.view(), "ab");
}

}  // namespace
}  // namespace peerlens

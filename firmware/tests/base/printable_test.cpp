#include "base/printable.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

TEST(Printable, ReplacesWhatWouldBreakALine) {
    std::string text = std::string("a\nb\r\0\x1B\x7F ~", 9) + "\xC3\xA9";
    make_printable(text.data(), text.size());
    EXPECT_EQ(text, "a?b???? ~\xC3\xA9");
}

}  // namespace
}  // namespace peerlens

#include "base/sentence.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(Sentence, JoinsWordsAndNumbers) {
    Text<64> text("what was there");
    Sentence<64>(text) << "after " << std::uint64_t{0} << " of " << std::uint64_t{4294967296}
                       << " bytes";
    EXPECT_EQ(text.view(), "after 0 of 4294967296 bytes");
}

TEST(Sentence, IsEmptyBeforeItsFirstWord) {
    Text<8> text("before");
    const Sentence<8> sentence(text);
    EXPECT_EQ(text.view(), "");
}

TEST(Sentence, LeavesOutWhatDoesNotFit) {
    Text<8> text;
    Sentence<8>(text) << "12345"
                      << "67890" << std::uint64_t{7};
    EXPECT_EQ(text.view(), "12345678");
}

}  // namespace
}  // namespace peerlens

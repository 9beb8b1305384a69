#include "http/guesses.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

RemoteAddress address(std::size_t number) {
    return RemoteAddress::v4(10, 0, static_cast<std::uint8_t>(number >> 8),
                             static_cast<std::uint8_t>(number));
}

class GuessesTest : public ::testing::Test {
protected:
    // Guess as often as may be; returns how often that was.
    std::uint32_t guess_all(const RemoteAddress& from, std::uint32_t now) {
        std::uint32_t count = 0;
        for (; guesses_.wait_ms(from, now) == 0 && count < 1000; ++count) {
            guesses_.wrong(from, now);
        }
        return count;
    }

    Guesses guesses_;
};

TEST_F(GuessesTest, AllowsFiveAndThenOneInTenSeconds) {
    const std::uint32_t start = 0xFFFF'F000;  // just before the clock wraps
    EXPECT_EQ(guess_all(address(1), start), Guesses::kAtOnce);
    EXPECT_EQ(guesses_.wait_ms(address(1), start), 10'000U);
    EXPECT_EQ(guesses_.wait_ms(address(1), start + 9'999), 1U);
    EXPECT_EQ(guess_all(address(1), start + 10'000), 1U);
    EXPECT_EQ(guess_all(address(1), start + 30'000), 2U);
    EXPECT_EQ(guess_all(address(1), start + 600'000), Guesses::kAtOnce);
}

TEST_F(GuessesTest, HoldsUpNobodyElse) {
    guess_all(address(1), 0);
    EXPECT_EQ(guesses_.wait_ms(address(2), 0), 0U);
    EXPECT_EQ(guess_all(address(2), 0), Guesses::kAtOnce);
    EXPECT_GT(guesses_.wait_ms(address(1), 0), 0U);
}

TEST_F(GuessesTest, TakesAnIpv6NetworkForOne) {
    RemoteAddress one;
    one.bytes = {0x20, 0x01, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};
    RemoteAddress other = one;
    other.bytes[15] = 2;
    guess_all(one, 0);
    EXPECT_GT(guesses_.wait_ms(other, 0), 0U);
}

TEST_F(GuessesTest, ForgetsWhoHasTheLeastToWait) {
    guess_all(address(0), 0);
    for (std::size_t i = 1; i <= 3 * Guesses::kAddresses; ++i) {
        guesses_.wrong(address(i), 0);
    }
    EXPECT_GT(guesses_.wait_ms(address(0), 0), 0U);
}

}  // namespace
}  // namespace peerlens

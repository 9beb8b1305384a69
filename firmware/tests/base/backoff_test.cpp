#include "base/backoff.hpp"

#include <gtest/gtest.h>

#include <random>

#include "fixed_random.hpp"

namespace peerlens {
namespace {

TEST(Backoff, DoublesFrom100MsUpTo2S) {
    FixedRandom none(0);
    Backoff backoff;
    for (const std::uint32_t expected : {100, 200, 400, 800, 1600, 2000, 2000, 2000}) {
        EXPECT_EQ(backoff.next_ms(none), expected);
    }
}

TEST(Backoff, StartsAnewAfterSuccess) {
    FixedRandom none(0);
    Backoff backoff;
    backoff.next_ms(none);
    backoff.next_ms(none);
    backoff.reset();
    EXPECT_EQ(backoff.next_ms(none), 100u);
}

TEST(Backoff, IsShortenedByAtMostHalf) {
    FixedRandom half(50);
    EXPECT_EQ(Backoff().next_ms(half), 50u);
    std::mt19937 generator(4);
    for (int i = 0; i < 1000; ++i) {
        FixedRandom random(static_cast<std::uint32_t>(generator()));
        const std::uint32_t delay = Backoff().next_ms(random);
        EXPECT_GE(delay, 50u);
        EXPECT_LE(delay, 100u);
    }
}

}  // namespace
}  // namespace peerlens

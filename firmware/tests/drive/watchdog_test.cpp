#include "drive/watchdog.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(Watchdog, TripsOnceWhenItWasNotFedForLongerThanItsLimit) {
    Watchdog watchdog(200, 1000);
    EXPECT_FALSE(watchdog.check(1200));
    EXPECT_FALSE(watchdog.tripped());
    EXPECT_TRUE(watchdog.check(1201));
    EXPECT_TRUE(watchdog.tripped());
    EXPECT_FALSE(watchdog.check(1202));
}

TEST(Watchdog, TellsTheLoopThatItHadBeenGivenUp) {
    Watchdog watchdog(200, 0);
    EXPECT_FALSE(watchdog.feed(200));
    EXPECT_TRUE(watchdog.check(401));
    EXPECT_TRUE(watchdog.feed(500));
    EXPECT_FALSE(watchdog.tripped());
    EXPECT_FALSE(watchdog.feed(510));
    EXPECT_FALSE(watchdog.check(710));
    EXPECT_TRUE(watchdog.check(711));
}

TEST(Watchdog, CountsOverTheWrap) {
    Watchdog watchdog(200, 0xFFFFFFFF);
    EXPECT_FALSE(watchdog.check(199));
    EXPECT_TRUE(watchdog.check(200));
}

TEST(Watchdog, IsNotMisledByATimeFromBeforeTheFeeding) {
    Watchdog watchdog(200, 0);
    watchdog.feed(100);
    EXPECT_FALSE(watchdog.check(99));
}

}  // namespace
}  // namespace peerlens

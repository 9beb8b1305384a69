#include "camera/frame_store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "camera/small_store.hpp"

namespace peerlens {
namespace {

class FrameStoreTest : public ::testing::Test {
protected:
    SmallStore<4> store_;
    FrameStore& frames_ = store_.frames;
};

TEST_F(FrameStoreTest, IsEmptyAtFirst) {
    EXPECT_EQ(frames_.sequence(), 0U);
    EXPECT_FALSE(frames_.newest());
    EXPECT_FALSE(frames_.newest(7));
}

TEST_F(FrameStoreTest, GivesTheNewestAndNoneTwice) {
    ASSERT_TRUE(frames_.publish("one", 5'000'000'001));
    ASSERT_TRUE(frames_.publish("two", 5'000'040'001));
    const FrameHold frame = frames_.newest();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame.jpeg(), "two");
    EXPECT_EQ(frame.captured_us(), 5'000'040'001U);
    EXPECT_EQ(frame.sequence(), 2U);
    EXPECT_FALSE(frames_.newest(2));
    EXPECT_TRUE(frames_.newest(1));
}

TEST_F(FrameStoreTest, LeavesAHeldPictureAsItIs) {
    frames_.publish("one", 1);
    FrameHold held = frames_.newest();
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(frames_.publish("other " + std::to_string(i), 2));
    }
    EXPECT_EQ(held.jpeg(), "one");
    EXPECT_EQ(frames_.newest().jpeg(), "other 19");
    FrameHold moved = std::move(held);
    EXPECT_FALSE(held);
    EXPECT_EQ(moved.jpeg(), "one");
    moved = frames_.newest();
    EXPECT_EQ(moved.jpeg(), "other 19");
    moved.release();
    moved.release();
    EXPECT_FALSE(moved);
}

TEST_F(FrameStoreTest, NeverHoldsUpTheWriter) {
    std::vector<FrameHold> holds;
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(frames_.publish(std::to_string(i), 0));
        holds.push_back(frames_.newest());
    }
    // Two slots of four are always free for it; who comes too late gets none.
    EXPECT_TRUE(holds[0]);
    EXPECT_TRUE(holds[1]);
    EXPECT_FALSE(holds[2]);
    EXPECT_EQ(frames_.refused(), 0U);
    holds[0].release();
    EXPECT_EQ(frames_.newest().jpeg(), "9");
}

TEST_F(FrameStoreTest, RefusesWhatDoesNotFit) {
    EXPECT_TRUE(frames_.publish(std::string(64, 'x'), 0));
    EXPECT_FALSE(frames_.publish(std::string(65, 'x'), 0));
    EXPECT_FALSE(frames_.publish("", 0));
    EXPECT_EQ(frames_.refused(), 2U);
    EXPECT_EQ(frames_.sequence(), 1U);
}

// Under ThreadSanitizer this shows that nobody reads what is being written.
TEST(FrameStoreThreadsTest, GivesWholePicturesOnly) {
    constexpr std::uint32_t kPictures = 20'000;
    constexpr std::size_t kSize = 256;
    SmallStore<5, kSize> store;
    std::atomic<int> broken{0};
    std::atomic<std::uint32_t> taken{0};
    const auto reader = [&] {
        std::uint32_t last = 0;
        while (last < kPictures) {
            const FrameHold frame = store.frames.newest(last);
            if (!frame) {
                std::this_thread::yield();
                continue;
            }
            const char first = frame.jpeg()[0];
            const bool whole = frame.jpeg().size() == kSize &&
                               frame.jpeg().find_first_not_of(first) == std::string_view::npos &&
                               first == static_cast<char>(frame.captured_us()) &&
                               frame.sequence() > last;
            broken += whole ? 0 : 1;
            last = frame.sequence();
            ++taken;
        }
    };
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back(reader);
    }
    for (std::uint32_t i = 1; i <= kPictures; ++i) {
        if (!store.frames.publish(std::string(kSize, static_cast<char>(i)), i)) {
            ++broken;
        }
        if (i % 64 == 0) {
            std::this_thread::yield();
        }
    }
    for (std::thread& each : readers) {
        each.join();
    }
    EXPECT_EQ(broken, 0);
    EXPECT_GE(taken, 3U);
    EXPECT_EQ(store.frames.sequence(), kPictures);
}

}  // namespace
}  // namespace peerlens

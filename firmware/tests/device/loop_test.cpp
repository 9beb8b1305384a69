#include "device/loop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <vector>

#include "host/monotonic_clock.hpp"

namespace peerlens {
namespace {

// Watches the reading ends of pipes.
struct Pipes final : public Pollable {
    explicit Pipes(std::size_t count) : ends(count) {
        for (auto& each : ends) {
            EXPECT_EQ(pipe(each.data()), 0);
        }
    }
    ~Pipes() {
        for (const auto& each : ends) {
            close(each[0]);
            close(each[1]);
        }
    }

    std::size_t watch(pollfd* out, std::size_t room) override {
        const std::size_t count = std::min(room, ends.size());
        for (std::size_t i = 0; i < count; ++i) {
            out[i] = {ends[i][0], POLLIN, 0};
        }
        return count;
    }
    void serve(const pollfd* happened, std::size_t count, std::uint32_t now) override {
        ++passes;
        at = now;
        ready.clear();
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(happened[i].fd, ends[i][0]);
            if (happened[i].revents != 0) {
                ready.push_back(i);
            }
        }
        watched = count;
    }

    std::vector<std::array<int, 2>> ends;
    std::vector<std::size_t> ready;
    std::size_t watched = 0;
    int passes = 0;
    std::uint32_t at = 0;
};

class LoopTest : public ::testing::Test {
protected:
    const MonotonicClock clock_{0xFFFF'FFF0};
    Loop loop_{clock_};
};

TEST_F(LoopTest, TellsEachWhatHappenedToIts) {
    Pipes one(2);
    Pipes other(3);
    loop_.add(one);
    loop_.add(other);
    ASSERT_EQ(write(other.ends[1][1], "x", 1), 1);
    loop_.pass(5'000);
    EXPECT_TRUE(one.ready.empty());
    EXPECT_EQ(other.ready, std::vector<std::size_t>{1});
    EXPECT_EQ(one.passes, 1);
    EXPECT_EQ(one.at, other.at);
    EXPECT_LT(clock_.now() - one.at, 5'000U);
}

TEST_F(LoopTest, ServesEverybodyWhenTheWaitIsOver) {
    Pipes one(1);
    loop_.add(one);
    const auto start = std::chrono::steady_clock::now();
    loop_.pass(20);
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(19));
    EXPECT_EQ(one.passes, 1);
    EXPECT_TRUE(one.ready.empty());
}

TEST_F(LoopTest, HasRoomForAFixedNumber) {
    Pipes many(Loop::kDescriptors - 1);
    Pipes two(2);
    loop_.add(many);
    loop_.add(two);
    loop_.pass(0);
    EXPECT_EQ(many.watched, Loop::kDescriptors - 1);
    EXPECT_EQ(two.watched, 1U);
    for (std::size_t i = 2; i < Loop::kMost; ++i) {
        EXPECT_TRUE(loop_.add(two));
    }
    EXPECT_FALSE(loop_.add(two));
}

}  // namespace
}  // namespace peerlens

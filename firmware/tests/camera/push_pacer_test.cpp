#include "camera/push_pacer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace peerlens {
namespace {

TEST(PushPacer, BeginsAtOnceAndThenWaitsForThePong) {
    PushPacer pacer;
    pacer.begin_link(20);
    EXPECT_TRUE(pacer.may_begin(1000));
    pacer.began(1000, 10'000);
    EXPECT_FALSE(pacer.may_begin(1001)) << "the one before is still being handed over";
    pacer.answered(1002, 0);
    EXPECT_EQ(pacer.unconfirmed(), 1u) << "no pong can be of what was not sent";
    pacer.handed_over(7);
    EXPECT_FALSE(pacer.may_begin(1500)) << "nothing is known of this link yet";
    pacer.answered(1120, 6);
    EXPECT_EQ(pacer.unconfirmed(), 1u) << "another ping's pong";
    pacer.answered(1120, 7);
    EXPECT_EQ(pacer.unconfirmed(), 0u);
    EXPECT_TRUE(pacer.may_begin(1120));
    EXPECT_FLOAT_EQ(pacer.drain_ms(10'000), 100.0F);  // 120 less the round trip
}

TEST(PushPacer, BeginsTheNextWhenTheLastByteOfTheOneBeforeHasLeft) {
    PushPacer pacer;
    pacer.begin_link(20);
    pacer.began(1000, 10'000);
    pacer.handed_over(1);
    pacer.answered(1120, 1);
    pacer.began(1120, 20'000);
    pacer.handed_over(2);
    EXPECT_FALSE(pacer.may_begin(1319));
    EXPECT_TRUE(pacer.may_begin(1320));
    pacer.began(1320, 10'000);
    pacer.handed_over(3);
    EXPECT_FALSE(pacer.may_begin(9999)) << "a pong is overdue";
    pacer.answered(1340, 2);
    EXPECT_FLOAT_EQ(pacer.drain_ms(10'000), 100.0F);
    EXPECT_FALSE(pacer.may_begin(1419));
    EXPECT_TRUE(pacer.may_begin(1420));
}

TEST(PushPacer, TellsHowLongToWait) {
    PushPacer pacer;
    pacer.begin_link(20);
    EXPECT_EQ(pacer.wait_ms(1000), 1000u) << "it may begin";
    pacer.began(1000, 10'000);
    EXPECT_EQ(pacer.wait_ms(1000), 1000u);
    pacer.handed_over(1);
    EXPECT_EQ(pacer.wait_ms(1000), 1000u) << "it knows nothing yet";
    pacer.answered(1120, 1);
    pacer.began(1120, 10'000);
    pacer.handed_over(2);
    const std::uint32_t wait = pacer.wait_ms(1130);
    EXPECT_LE(wait, 91u);
    EXPECT_FALSE(pacer.may_begin(1130 + wait - 2));
    EXPECT_TRUE(pacer.may_begin(1130 + wait));
}

TEST(PushPacer, HasSeveralOnTheirWayOverALongDistance) {
    PushPacer pacer;
    pacer.begin_link(300);
    pacer.began(0, 10'000);
    pacer.handed_over(1);
    pacer.answered(340, 1);  // 40 ms
    std::uint32_t now = 340;
    for (std::uint32_t id = 2; id <= 8; ++id, now += 40) {
        ASSERT_TRUE(pacer.may_begin(now)) << id;
        pacer.began(now, 10'000);
        pacer.handed_over(id);
        EXPECT_FALSE(pacer.may_begin(now + 39));
    }
    EXPECT_EQ(pacer.unconfirmed(), 7u);
    // The first of them is due at 680, and overdue 40 ms later.
    EXPECT_TRUE(pacer.may_begin(720));
    EXPECT_FALSE(pacer.may_begin(721));
    pacer.answered(721, 2);
    EXPECT_EQ(pacer.unconfirmed(), 6u);
}

TEST(PushPacer, CountsFromWhenTheOneBeforeHadLeft) {
    PushPacer pacer;
    pacer.begin_link(20);
    pacer.began(1000, 10'000);
    pacer.handed_over(1);
    pacer.answered(1120, 1);  // 100 ms
    pacer.began(1120, 10'000);
    pacer.handed_over(2);
    pacer.began(1220, 10'000);
    pacer.handed_over(3);
    // The link became slower: the second arrives 100 ms late.
    pacer.answered(1340, 2);
    EXPECT_FLOAT_EQ(pacer.drain_ms(10'000), 125.0F);  // a quarter of the way to 200
    // So the third had the link from 1320 on.
    EXPECT_FALSE(pacer.may_begin(1444));
    EXPECT_TRUE(pacer.may_begin(1445));
}

TEST(PushPacer, LearnsAShorterRoundTripAndForgetsAllWithTheLink) {
    PushPacer pacer;
    pacer.begin_link(500);
    pacer.began(0, 1);
    pacer.handed_over(1);
    pacer.answered(30, 1);
    pacer.began(30, 1000);
    pacer.handed_over(2);
    pacer.answered(70, 2);
    EXPECT_FLOAT_EQ(pacer.drain_ms(1000), 2.5F);  // a quarter of 40 - 30
    pacer.began(70, 1000);
    pacer.begin_link(10);
    EXPECT_TRUE(pacer.may_begin(70));
    EXPECT_FLOAT_EQ(pacer.drain_ms(1000), 0.0F);
}

TEST(PushPacer, WorksAcrossTheWrapOfTheClock) {
    PushPacer pacer;
    pacer.begin_link(20);
    pacer.began(0xFFFFFFF0, 10'000);
    pacer.handed_over(1);
    pacer.answered(104, 1);  // 120 ms
    EXPECT_FLOAT_EQ(pacer.drain_ms(10'000), 100.0F);
    pacer.began(104, 10'000);
    pacer.handed_over(2);
    EXPECT_FALSE(pacer.may_begin(203));
    EXPECT_TRUE(pacer.may_begin(204));
}

// A link with a rate, a delay and an endless queue, a camera that takes a picture every 66 ms, and
// a loop that looks every 5 ms.
class Simulation {
public:
    static constexpr std::uint32_t kFrameMs = 66;

    // `delay_ms` is each way.
    explicit Simulation(double bytes_per_ms, std::uint32_t delay_ms = 20)
        : bytes_per_ms_(bytes_per_ms), delay_ms_(delay_ms) {
        pacer_.begin_link(2 * delay_ms);
    }

    void set_rate(double bytes_per_ms) { bytes_per_ms_ = bytes_per_ms; }

    void run(std::uint32_t ms) {
        for (const std::uint32_t end = now_ + ms; now_ < end; now_ += 5) {
            while (!on_way_.empty() && now_ >= on_way_.front().answered_at) {
                ages.push_back(on_way_.front().age);
                pacer_.answered(now_, on_way_.front().id);
                on_way_.erase(on_way_.begin());
            }
            const std::uint32_t newest = now_ / kFrameMs * kFrameMs;
            if (newest != begun_ && pacer_.may_begin(now_)) {
                begin(newest);
            }
        }
    }

    // At their arrival.
    std::vector<double> ages;

private:
    struct Picture {
        std::uint32_t id;
        double answered_at;
        double age;
    };

    void begin(std::uint32_t taken) {
        const std::size_t bytes = 15'000 + random_() % 10'000;
        begun_ = taken;
        pacer_.began(now_, bytes);
        pacer_.handed_over(++id_);
        free_at_ = std::max<double>(free_at_, now_) + static_cast<double>(bytes) / bytes_per_ms_;
        const double there = free_at_ + delay_ms_;
        on_way_.push_back({id_, there + delay_ms_, there - taken});
    }

    PushPacer pacer_;
    std::mt19937 random_{1};
    double bytes_per_ms_;
    std::uint32_t delay_ms_;
    double free_at_ = 0;
    std::uint32_t now_ = 1000;
    std::uint32_t begun_ = 0;
    std::uint32_t id_ = 0;
    std::vector<Picture> on_way_;
};

// 20,000 bytes each 66 ms are 300 bytes a millisecond.
TEST(PushPacer, KeepsPicturesNewOnALinkThatCarriesHalf) {
    Simulation simulation(150);
    simulation.run(1000);
    simulation.ages.clear();
    simulation.run(60'000);
    // The longest needs 167 ms to leave, after up to 66 in the camera.
    EXPECT_LE(*std::max_element(simulation.ages.begin(), simulation.ages.end()),
              167 + 66 + 20 + 30);
    EXPECT_GE(simulation.ages.size(), 60'000 / 133 * 9 / 10) << "the link is hardly ever idle";
}

TEST(PushPacer, LosesNothingOnALinkThatCarriesAll) {
    Simulation simulation(1500);
    simulation.run(60'000);
    EXPECT_GE(simulation.ages.size(), 60'000 / 66 - 5);
    EXPECT_LE(*std::max_element(simulation.ages.begin(), simulation.ages.end()), 17 + 20 + 10);
}

TEST(PushPacer, LosesNothingOverALongDistance) {
    Simulation simulation(600, 150);
    simulation.run(1000);
    simulation.ages.clear();
    simulation.run(60'000);
    EXPECT_GE(simulation.ages.size(), 60'000 / 66 * 95 / 100);
    EXPECT_LE(*std::max_element(simulation.ages.begin(), simulation.ages.end()), 42 + 150 + 40);
}

TEST(PushPacer, HasCaughtUpSoonAfterALinkBecameSlow) {
    Simulation simulation(600);
    simulation.run(10'000);
    simulation.set_rate(100);
    simulation.run(2000);
    simulation.ages.clear();
    simulation.run(20'000);
    EXPECT_LE(*std::max_element(simulation.ages.begin(), simulation.ages.end()),
              250 + 66 + 20 + 45);
}

}  // namespace
}  // namespace peerlens

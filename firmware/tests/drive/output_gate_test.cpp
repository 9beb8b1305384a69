#include "drive/output_gate.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace peerlens {
namespace {

// A motor: what was written last counts.
struct Motor {
    static void stop(void* motor) { static_cast<Motor*>(motor)->duty.store(0); }

    std::atomic<int> duty{0};
};

class OutputGateTest : public ::testing::Test {
protected:
    void drive() {
        gate_.pass([this] { motor_.duty = 100; });
    }

    Motor motor_;
    OutputGate gate_{200, 1000, &Motor::stop, &motor_};
};

TEST_F(OutputGateTest, LetsTheLoopWriteWhileItIsAlive) {
    drive();
    EXPECT_FALSE(gate_.check(1200));
    EXPECT_EQ(motor_.duty, 100);
}

TEST_F(OutputGateTest, StopsTheMotorWhenTheLoopHangsAndTellsOnce) {
    drive();
    EXPECT_TRUE(gate_.check(1201));
    EXPECT_EQ(motor_.duty, 0);
    EXPECT_FALSE(gate_.check(1206));
    EXPECT_TRUE(gate_.is_shut());
}

TEST_F(OutputGateTest, IsShutUntilTheLoopHasSaidThatItIsAlive) {
    gate_.check(1201);
    drive();
    EXPECT_EQ(motor_.duty, 0);
    EXPECT_TRUE(gate_.feed(1300));
    drive();
    EXPECT_EQ(motor_.duty, 100);
    EXPECT_FALSE(gate_.feed(1305));
}

TEST_F(OutputGateTest, AWriteThatTheTimerFellIntoIsTakenBack) {
    gate_.pass([this] {
        gate_.check(1201);  // the interrupt, before the pins are set
        motor_.duty = 100;
    });
    EXPECT_EQ(motor_.duty, 0);
}

TEST_F(OutputGateTest, ALoopThatHangsWhileItWritesIsStoppedByTheNextCheck) {
    gate_.pass([this] {
        gate_.check(1201);
        motor_.duty = 100;  // late, and then the loop does not come back
        gate_.check(1206);
        EXPECT_EQ(motor_.duty, 0);
    });
}

TEST_F(OutputGateTest, WorksOverTheWrapOfTheClock) {
    OutputGate gate(200, 0xFFFFFFF0, &Motor::stop, &motor_);
    gate.pass([this] { motor_.duty = 100; });
    EXPECT_FALSE(gate.check(184));
    EXPECT_TRUE(gate.check(185));
    EXPECT_EQ(motor_.duty, 0);
}

TEST_F(OutputGateTest, TwoThreadsNeverLeaveTheMotorRunningBehindAShutGate) {
    for (std::uint32_t round = 0; round < 200; ++round) {
        const std::uint32_t now = 1000 + round * 1000;
        gate_.feed(now);
        std::thread loop([this] { drive(); });
        gate_.check(now + 201);
        loop.join();
        ASSERT_TRUE(gate_.is_shut());
        ASSERT_EQ(motor_.duty, 0);
    }
}

}  // namespace
}  // namespace peerlens

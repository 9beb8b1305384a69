#include "device/board_control.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace peerlens {
namespace {

using nlohmann::json;

// Real pins keep the last level that was written; so do these.
class KeptPins final : public Pins {
public:
    void begin(const MotionLevels& neutral) override { neutral_ = neutral; }
    void write(const PinLevels& levels, const Outputs&) override { levels_ = levels; }
    // The timer's interrupt.
    static void make_neutral(void* pins) {
        auto& self = *static_cast<KeptPins*>(pins);
        self.levels_.motion = self.neutral_;
    }

    const MotionLevels& motion() const { return levels_.motion; }
    bool is_neutral() const { return levels_.motion == neutral_; }

private:
    MotionLevels neutral_;
    PinLevels levels_;
};

class SentMessages final : public BoardPort {
public:
    void send(std::string_view text) override { sent.push_back(json::parse(text)); }
    void obeyed(std::uint32_t) override {}
    void refused(const Error&) override {}

    json last(const char* type) const {
        for (auto each = sent.rbegin(); each != sent.rend(); ++each) {
            if (each->at("type") == type) {
                return *each;
            }
        }
        return {};
    }

    std::vector<json> sent;
};

BoardControlSettings settings(MotorKind kind) {
    BoardControlSettings settings;
    settings.board.device_id = "board-1";
    settings.board.capabilities = {true, true, true, true, true};
    settings.pins.motor.kind = kind;
    settings.pins.motor.ramp_ms = 0;
    settings.battery.fitted = true;
    return settings;
}

// A port whose loop runs every 5 ms, with a driver who sends every 40 ms while `drives_`.
class BoardControlTest : public ::testing::Test {
protected:
    explicit BoardControlTest(MotorKind kind = MotorKind::kBridge, std::uint32_t now = 10'000)
        : now_(now), control_(settings(kind), sent_, pins_, now, &KeptPins::make_neutral, &pins_) {}

    void link_up() {
        control_.link_opened(now_);
        control_.received(now_, R"({"type":"registered","heartbeatS":5,"v":1})");
        ASSERT_EQ(control_.board().link(), LinkState::kUp);
        drives_ = true;
    }

    void pass() {
        control_.begin_pass(now_);
        if (drives_ && now_ - sent_at_ >= 40) {
            sent_at_ = now_;
            command(throttle_);
        }
        control_.end_pass(now_);
    }

    void run(std::uint32_t ms) {
        for (std::uint32_t i = 0; i < ms; i += 5) {
            now_ += 5;
            control_.gate().check(now_);
            pass();
        }
    }

    // Only the timer runs: the loop hangs.
    void hang(std::uint32_t ms) {
        for (std::uint32_t i = 0; i < ms; i += 5) {
            now_ += 5;
            control_.gate().check(now_);
        }
    }

    void command(double throttle) {
        const json message{{"type", "actuate"},
                           {"seq", ++seq_},
                           {"ttlMs", 200},
                           {"throttle", throttle},
                           {"steering", 0.5},
                           {"horn", throttle != 0.0},
                           {"heard", {{"atMs", now_}, {"heldMs", 0}}}};
        control_.received(now_, message.dump());
    }

    void drive() {
        throttle_ = 0.0;
        run(700);
        throttle_ = 1.0;
        run(50);
        ASSERT_EQ(state(), DriveState::kArmed);
        ASSERT_FALSE(pins_.is_neutral());
    }

    DriveState state() const { return control_.board().outputs().state; }

    std::uint32_t now_;
    std::uint32_t sent_at_ = 0;
    std::uint32_t seq_ = 0;
    bool drives_ = false;
    double throttle_ = 0.0;
    KeptPins pins_;
    SentMessages sent_;
    BoardControl control_;
};

class EscControlTest : public BoardControlTest {
protected:
    EscControlTest() : BoardControlTest(MotorKind::kEsc) {}
};

class WrappingControlTest : public BoardControlTest {
protected:
    WrappingControlTest() : BoardControlTest(MotorKind::kBridge, 0u - 900) {}
};

TEST_F(BoardControlTest, IsNeutralBeforeTheFirstPass) {
    EXPECT_TRUE(pins_.is_neutral());
    EXPECT_EQ(pins_.motion().forward_duty, kFullDuty) << "braked";
    EXPECT_EQ(control_.levels().motion, pins_.motion());
}

TEST_F(BoardControlTest, DrivesThePins) {
    link_up();
    drive();
    EXPECT_EQ(pins_.motion().forward_duty, 1000);
    EXPECT_EQ(pins_.motion().reverse_duty, 0);
    EXPECT_EQ(pins_.motion().steering_us, 1700);
    EXPECT_TRUE(pins_.motion().horn);
}

TEST_F(BoardControlTest, ThePinsAreNeutralWhenTheLinkIsLostBeforeAnythingElseIsDone) {
    link_up();
    drive();
    control_.link_lost(now_);
    EXPECT_TRUE(pins_.is_neutral());
}

TEST_F(BoardControlTest, ThePinsFollowBeforeTheAnswerToACommandLeaves) {
    link_up();
    drive();
    now_ += 5;
    control_.begin_pass(now_);
    command(-0.5);
    EXPECT_EQ(pins_.motion().forward_duty, 0);
    control_.received(now_, R"({"type":"stop"})");
    EXPECT_TRUE(pins_.is_neutral());
}

TEST_F(BoardControlTest, TheTimerStopsTheCarWhenTheLoopHangs) {
    link_up();
    drive();
    hang(200);
    EXPECT_FALSE(pins_.is_neutral());
    hang(5);
    EXPECT_TRUE(pins_.is_neutral());
    pass();
    EXPECT_TRUE(pins_.is_neutral()) << "full throttle is still asked for";
    EXPECT_EQ(state(), DriveState::kDisarmed);
    EXPECT_EQ(control_.stalls(), 1u);
    run(200);
    EXPECT_TRUE(pins_.is_neutral());
    drive();
}

// A handshake on the chip takes a second of computing: it begins when the link is lost, and the
// pins are neutral by then.
TEST_F(BoardControlTest, AHandshakeThatHoldsUpTheLoopMovesNothing) {
    link_up();
    drive();
    control_.begin_pass(now_ += 5);
    control_.link_lost(now_);
    for (int i = 0; i < 300; ++i) {
        ASSERT_TRUE(pins_.is_neutral());
        hang(5);
    }
    EXPECT_TRUE(control_.gate().is_shut()) << "such a loop is not a healthy one";
    control_.link_opened(now_);
    control_.end_pass(now_);
    EXPECT_TRUE(pins_.is_neutral());
    EXPECT_EQ(state(), DriveState::kDisarmed);
}

TEST_F(BoardControlTest, ATelegramInTheMiddleOfAStallMovesNothing) {
    link_up();
    drive();
    control_.begin_pass(now_ += 5);
    hang(300);
    command(1.0);
    EXPECT_TRUE(pins_.is_neutral());
    control_.end_pass(now_);
    EXPECT_TRUE(pins_.is_neutral());
    EXPECT_EQ(state(), DriveState::kDisarmed);
}

TEST_F(BoardControlTest, AnUpdateIsRefusedWhileItIsDriven) {
    link_up();
    EXPECT_EQ(control_.obstacle(), "");
    drive();
    EXPECT_EQ(control_.obstacle(), "the car is being driven: release it first");
    throttle_ = 0.0;
    run(40);
    EXPECT_NE(control_.obstacle(), "") << "armed, though it stands";
    drives_ = false;
    run(300);
    EXPECT_NE(control_.obstacle(), "") << "the driver may come back at once";
    run(1000);
    EXPECT_EQ(control_.obstacle(), "");
    control_.received(now_, R"({"type":"stop"})");
    EXPECT_EQ(control_.obstacle(), "the car is stopped: clear the emergency stop first");
}

TEST_F(BoardControlTest, WhileAnUpdateRunsItCannotBeArmed) {
    link_up();
    control_.hold(true);
    run(2000);
    EXPECT_EQ(state(), DriveState::kDisarmed);
    EXPECT_EQ(sent_.last("acted").at("state"), "disarmed") << "the driver is told";
    throttle_ = 1.0;
    run(2000);
    EXPECT_TRUE(pins_.is_neutral());
    control_.hold(false);
    drive();
}

TEST_F(BoardControlTest, ASettingThatHoldsWhileArmedDisarms) {
    link_up();
    drive();
    control_.hold(true);
    control_.end_pass(now_);
    EXPECT_TRUE(pins_.is_neutral());
    EXPECT_EQ(state(), DriveState::kDisarmed);
}

TEST_F(EscControlTest, DoesNotArmBeforeItsEscIsReady) {
    link_up();
    run(1900);
    EXPECT_EQ(state(), DriveState::kDisarmed);
    EXPECT_EQ(pins_.motion().esc_us, 1500);
    drive();
    EXPECT_EQ(pins_.motion().esc_us, 2000);
}

TEST_F(EscControlTest, AnImpatientDriverMustLetGoFirst) {
    link_up();
    throttle_ = 1.0;
    run(5000);
    EXPECT_EQ(pins_.motion().esc_us, 1500);
}

TEST_F(WrappingControlTest, DrivesOnOverTheWrapOfItsClock) {
    link_up();
    drive();
    run(500);
    EXPECT_LT(now_, 1000u);
    EXPECT_EQ(state(), DriveState::kArmed);
    EXPECT_EQ(control_.stalls(), 0u);
    hang(205);
    EXPECT_TRUE(pins_.is_neutral());
}

TEST_F(BoardControlTest, TellsWhatItsSensorsMeasure) {
    control_.measured(now_, 2533.3, -61.0);
    link_up();
    const json health = sent_.last("telemetry").at("health");
    EXPECT_EQ(health.at("batteryV"), 7.6);
    EXPECT_EQ(health.at("batteryPercent"), 45.0);
    EXPECT_EQ(health.at("rssiDbm"), -61.0);
}

TEST_F(BoardControlTest, WhatIsNotMeasuredIsNotTold) {
    control_.measured(now_, std::nullopt, std::nullopt);
    link_up();
    EXPECT_FALSE(sent_.last("telemetry").contains("health"));
}

TEST_F(BoardControlTest, EndsNeutral) {
    link_up();
    drive();
    control_.end(now_);
    EXPECT_TRUE(pins_.is_neutral());
}

}  // namespace
}  // namespace peerlens

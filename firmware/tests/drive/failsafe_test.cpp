#include "drive/failsafe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "vectors.hpp"

namespace peerlens {
namespace {

using nlohmann::json;

void apply(Failsafe& failsafe, const json& step) {
    const std::string what = step.at("do");
    const std::uint32_t at = step.at("atMs");
    if (what == "tick") {
        failsafe.tick(at);
    } else if (what == "command") {
        failsafe.command(at, {step.value("throttle", 0.0), step.value("steering", 0.0),
                              step.value("brake", false)});
    } else if (what == "stop") {
        failsafe.stop(at);
    } else if (what == "clear") {
        failsafe.clear(at);
    } else if (what == "linkLost") {
        failsafe.link_lost(at);
    } else {
        FAIL() << "unknown step " << what;
    }
}

TEST(Failsafe, DoesAsTheVectorsSay) {
    const json cases = load_vectors("drive/failsafe.json").at("cases");
    ASSERT_GE(cases.size(), 40u);
    for (const json& each : cases) {
        const json& limits = each.at("settings");
        Failsafe failsafe({limits.at("commandTimeoutMs"), limits.at("disarmTimeoutMs"),
                           limits.at("armNeutralMs"), limits.at("stallMs")},
                          each.at("startMs"));
        for (std::size_t i = 0; i < each.at("steps").size(); ++i) {
            const json& step = each.at("steps")[i];
            SCOPED_TRACE(each.at("name").get<std::string>() + ", step " + std::to_string(i));
            apply(failsafe, step);
            const json& expected = step.at("expect");
            EXPECT_EQ(name_of(failsafe.state()), expected.at("state").get<std::string>());
            EXPECT_EQ(failsafe.output().throttle, expected.at("throttle").get<double>());
            EXPECT_EQ(failsafe.output().steering, expected.at("steering").get<double>());
            EXPECT_EQ(failsafe.output().brake, expected.at("brake").get<bool>());
        }
    }
}

void arm(Failsafe& failsafe, std::uint32_t at) {
    for (std::uint32_t t = 0; t <= 500; t += 100) {
        failsafe.command(at + t, {});
    }
    ASSERT_EQ(failsafe.state(), DriveState::kArmed);
}

TEST(Failsafe, ANumberThatIsNotFiniteIsNoCommand) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    Failsafe failsafe({}, 0);
    arm(failsafe, 0);
    failsafe.command(520, {0.5, 0.25, false});
    for (const DriveCommand& bad :
         {DriveCommand{nan, 0, false}, DriveCommand{0, nan, false},
          DriveCommand{infinite, 0, false}, DriveCommand{0, -infinite, true}}) {
        failsafe.command(600, bad);
        EXPECT_EQ(failsafe.output().throttle, 0.5);
        EXPECT_EQ(failsafe.output().steering, 0.25);
    }
    failsafe.tick(769);
    EXPECT_EQ(failsafe.state(), DriveState::kArmed);
    failsafe.command(770, {nan, 0, false});
    EXPECT_EQ(failsafe.state(), DriveState::kNeutral) << "they are no sign of life either";
}

// Random inputs and times: whatever comes, throttle needs a command younger than the timeout, and
// half a second of neutral ones before it.
class RandomDrive {
public:
    RandomDrive(unsigned seed, std::uint32_t start)
        : random_(seed),
          now_(start),
          timeout_(100 + random_() % 401),
          failsafe_({timeout_, 1000, 500, 200}, start),
          command_at_(start) {}

    void step() {
        advance();
        act();
        check();
    }

    bool drove() const { return drove_; }

private:
    void advance() {
        const unsigned dice = random_() % 1000;
        paused_ = false;
        if (dice == 0) {
            now_ -= random_() % 5000 + 1;
            paused_ = true;
        } else if (dice < 3) {
            now_ += 201 + random_() % 3000;
            paused_ = true;
        } else {
            now_ += random_() % 21;
        }
    }

    void act() {
        const unsigned dice = random_() % 1000;
        // Long stretches with commands, long ones without.
        if (random_() % 400 == 0) {
            talks_ = !talks_;
            neutral_ = random_() % 2 == 0;
        }
        if (dice < 2) {
            failsafe_.stop(now_);
            stopped_ = true;
        } else if (dice < 30) {
            failsafe_.clear(now_);
            stopped_ = false;
        } else if (dice < 32) {
            failsafe_.link_lost(now_);
        } else if (talks_ && dice < 500) {
            command();
        } else {
            failsafe_.tick(now_);
        }
    }

    void command() {
        const double range = neutral_ && failsafe_.state() != DriveState::kArmed ? 0.05 : 3.0;
        const double throttle = range * (random_() % 2001 / 1000.0 - 1.0);
        failsafe_.command(now_, {throttle, random_() % 2001 / 500.0 - 2.0, random_() % 10 == 0});
        command_at_ = now_;
    }

    void check() {
        const DriveOutput output = failsafe_.output();
        const bool armed = failsafe_.state() == DriveState::kArmed;
        ASSERT_LE(std::fabs(output.throttle), 1.0);
        ASSERT_LE(std::fabs(output.steering), 1.0);
        ASSERT_FALSE(output.brake && output.throttle != 0.0);
        if (!armed) {
            ASSERT_EQ(output.throttle, 0.0);
            ASSERT_EQ(output.steering, 0.0);
            ASSERT_TRUE(output.brake);
        } else {
            ASSERT_LT(now_ - command_at_, timeout_);
            ASSERT_FALSE(stopped_);
            ASSERT_FALSE(paused_);
        }
        drove_ = drove_ || output.throttle != 0.0;
    }

    std::mt19937 random_;
    std::uint32_t now_;
    std::uint32_t timeout_;
    Failsafe failsafe_;
    std::uint32_t command_at_;
    bool talks_ = true;
    bool neutral_ = true;
    bool stopped_ = false;
    bool paused_ = false;
    bool drove_ = false;
};

TEST(Failsafe, NeverDrivesOnWhateverComes) {
    int drove = 0;
    for (unsigned seed = 0; seed < 40; ++seed) {
        // Half of the drives cross the wrap of the clock.
        const std::uint32_t start = seed % 2 == 0 ? 0u - 20'000 : seed * 1000;
        RandomDrive drive(seed, start);
        for (int i = 0; i < 10'000; ++i) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(i));
            ASSERT_NO_FATAL_FAILURE(drive.step());
        }
        drove += drive.drove() ? 1 : 0;
    }
    EXPECT_GE(drove, 35) << "the test hardly ever drives, so it proves nothing";
}

}  // namespace
}  // namespace peerlens

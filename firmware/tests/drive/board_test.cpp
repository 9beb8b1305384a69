#include "drive/board.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace peerlens {
namespace {

using nlohmann::json;

// The gateway's side: keeps all that the board says.
class RecordingPort final : public BoardPort {
public:
    void send(std::string_view text) override { sent.push_back(json::parse(text)); }
    void obeyed(std::uint32_t seq) override { obeyed_seqs.push_back(seq); }
    void refused(const Error& error) override {
        char buffer[200];
        problems.emplace_back(error.problem.copy(buffer, sizeof buffer));
    }

    std::vector<json> of_type(const std::string& type) const {
        std::vector<json> found;
        for (const json& each : sent) {
            if (each.at("type") == type) {
                found.push_back(each);
            }
        }
        return found;
    }

    std::vector<json> sent;
    std::vector<std::uint32_t> obeyed_seqs;
    std::vector<std::string> problems;
};

class BoardTest : public ::testing::Test {
protected:
    explicit BoardTest(std::uint32_t start = 10'000)
        : now_(start), board_(settings(), port_, now_) {}

    static BoardSettings settings() {
        BoardSettings settings;
        settings.device_id = "board-1";
        settings.token = "t0k3n";
        settings.capabilities = {true, true, true, true, true};
        return settings;
    }

    void link_up() {
        board_.link_opened(now_);
        board_.received(now_, R"({"type":"registered","heartbeatS":5,"v":1})");
        ASSERT_EQ(board_.link(), LinkState::kUp);
    }

    // Let time pass as a port does, with a gateway that answers pings.
    void run(std::uint32_t ms) {
        for (std::uint32_t i = 0; i < ms; i += 5) {
            now_ += 5;
            board_.tick(now_);
        }
        board_.received(now_, R"({"type":"pong","id":1})");
    }

    json command(double throttle, double steering = 0.0) {
        return {{"type", "actuate"},    {"seq", ++seq_},
                {"ttlMs", 200},         {"throttle", throttle},
                {"steering", steering}, {"heard", {{"atMs", now_}, {"heldMs", 0}}}};
    }

    void drive(const json& command) { board_.received(now_, command.dump()); }

    void arm() {
        for (int i = 0; i <= 10; ++i, run(50)) {
            drive(command(0.0));
        }
        ASSERT_EQ(board_.outputs().state, DriveState::kArmed);
    }

    void expect_neutral(DriveState state) {
        const Outputs outputs = board_.outputs();
        EXPECT_EQ(outputs.state, state);
        EXPECT_EQ(outputs.drive.throttle, 0.0);
        EXPECT_EQ(outputs.drive.steering, 0.0);
        EXPECT_TRUE(outputs.drive.brake);
        EXPECT_FALSE(outputs.accessories.horn);
    }

    std::uint32_t now_;
    std::uint32_t seq_ = 0;
    RecordingPort port_;
    Board board_;
};

TEST_F(BoardTest, IsNeutralAtBootAndSilentWithoutALink) {
    expect_neutral(DriveState::kDisarmed);
    run(5000);
    EXPECT_TRUE(port_.sent.empty());
    drive(command(0.0));
    EXPECT_TRUE(port_.sent.empty());
    expect_neutral(DriveState::kDisarmed);
}

TEST_F(BoardTest, RegistersFirst) {
    board_.link_opened(now_);
    ASSERT_EQ(port_.sent.size(), 1u);
    EXPECT_EQ(port_.sent[0],
              json({{"type", "register"},
                    {"role", "board"},
                    {"deviceId", "board-1"},
                    {"v", 1},
                    {"token", "t0k3n"},
                    {"capabilities",
                     {{"lights", true}, {"horn", true}, {"pan", true}, {"tilt", true}}}}));
    EXPECT_EQ(board_.link(), LinkState::kRegistering);
}

TEST_F(BoardTest, SendsTelemetryAtOnceAndThenTwiceASecond) {
    board_.measured({7.4, 80.0, -55.0});
    link_up();
    const std::uint32_t registered_at = now_;
    for (int i = 0; i < 10; ++i) {
        run(500);
    }
    const auto telemetry = port_.of_type("telemetry");
    ASSERT_EQ(telemetry.size(), 11u);
    for (std::uint32_t i = 0; i < telemetry.size(); ++i) {
        EXPECT_EQ(telemetry[i].at("atMs"), registered_at + 500 * i);
        EXPECT_EQ(telemetry[i].at("state"), "disarmed");
        EXPECT_EQ(telemetry[i].at("health"),
                  json({{"batteryV", 7.4}, {"batteryPercent", 80.0}, {"rssiDbm", -55.0}}));
    }
}

TEST_F(BoardTest, ArmsFollowsAndTellsWhatItDid) {
    link_up();
    arm();
    drive(command(0.5, -0.25));
    const Outputs outputs = board_.outputs();
    EXPECT_EQ(outputs.drive.throttle, 0.5);
    EXPECT_EQ(outputs.drive.steering, -0.25);
    EXPECT_FALSE(outputs.drive.brake);
    const json acted = port_.of_type("acted").back();
    EXPECT_EQ(acted, json({{"type", "acted"},
                           {"seq", seq_},
                           {"atMs", now_},
                           {"state", "armed"},
                           {"throttle", 0.5},
                           {"steering", -0.25}}));
    EXPECT_EQ(port_.obeyed_seqs.back(), seq_);
}

TEST_F(BoardTest, GoesNeutralBySilence) {
    link_up();
    arm();
    drive(command(1.0));
    run(245);
    EXPECT_EQ(board_.outputs().drive.throttle, 1.0);
    run(5);
    expect_neutral(DriveState::kNeutral);
    run(750);
    expect_neutral(DriveState::kDisarmed);
}

TEST_F(BoardTest, ActsOnNewerCommandsOnly) {
    link_up();
    arm();
    json newest = command(0.5);
    newest["seq"] = 100;
    drive(newest);
    json older = command(1.0);
    for (const std::uint32_t seq : {100u, 99u, 0u, 0x80000064u}) {
        older["seq"] = seq;
        drive(older);
        EXPECT_EQ(board_.outputs().drive.throttle, 0.5) << seq;
    }
    EXPECT_EQ(board_.dropped(), 4u);
    older["seq"] = 101;
    drive(older);
    EXPECT_EQ(board_.outputs().drive.throttle, 1.0);
}

TEST_F(BoardTest, SequenceNumbersWrapAndStartAnewWithEachLink) {
    link_up();
    seq_ = 0xFFFFFFFF - 5;
    arm();
    EXPECT_LT(seq_, 100u);
    board_.link_lost(now_);
    link_up();
    const std::size_t before = port_.obeyed_seqs.size();
    seq_ = 0xFFFFFF00;
    drive(command(0.0));
    EXPECT_EQ(port_.obeyed_seqs.size(), before + 1);
}

TEST_F(BoardTest, RefusesStaleCommandsWhichCountForNothing) {
    link_up();
    arm();
    drive(command(0.5));
    const std::size_t acted = port_.of_type("acted").size();
    const std::uint32_t obeyed_seq = seq_;
    std::vector<json> stale(4, command(1.0));
    stale[0]["heard"]["atMs"] = now_ - 201;
    stale[1]["heard"] = {{"atMs", now_ - 2001}, {"heldMs", 2000.5}};
    stale[2]["heard"]["atMs"] = now_ + 21;
    stale[3]["heard"] = {{"atMs", now_}, {"heldMs", 20.5}};
    for (const json& each : stale) {
        drive(each);
    }
    EXPECT_EQ(board_.outputs().drive.throttle, 0.5);
    EXPECT_EQ(port_.of_type("acted").size(), acted);
    EXPECT_EQ(port_.obeyed_seqs.back(), obeyed_seq);
    EXPECT_EQ(board_.dropped(), 4u);
    run(250);
    expect_neutral(DriveState::kNeutral);
}

TEST_F(BoardTest, GarbageIsCountedAndHarmless) {
    link_up();
    arm();
    drive(command(0.5));
    for (const char* bad : {"", "{", "[]", R"({"type":"shout"})", R"({"type":"actuate"})",
                            R"({"type":"actuate","seq":99,"ttlMs":200,"throttle":NaN,"steering":0,)"
                            R"("heard":{"atMs":0,"heldMs":0}})",
                            R"({"type":"stop","extra":1})", R"({"type":"telemetry"})"}) {
        board_.received(now_, bad);
    }
    EXPECT_EQ(board_.refused(), 8u);
    EXPECT_EQ(board_.outputs().drive.throttle, 0.5);
}

TEST_F(BoardTest, StopLatchesUntilItIsCleared) {
    link_up();
    arm();
    drive(command(1.0));
    board_.received(now_, R"({"type":"stop"})");
    expect_neutral(DriveState::kStopped);
    EXPECT_EQ(port_.sent.back().at("state"), "stopped");
    drive(command(1.0));
    EXPECT_EQ(port_.of_type("acted").back().at("state"), "stopped");
    board_.link_lost(now_);
    link_up();
    expect_neutral(DriveState::kStopped);
    board_.received(now_, R"({"type":"clearStop"})");
    expect_neutral(DriveState::kDisarmed);
    EXPECT_EQ(port_.sent.back().at("state"), "disarmed");
    seq_ = 0;
    arm();
}

TEST_F(BoardTest, ALinkThatIsLostOrBeginsDisarms) {
    link_up();
    arm();
    drive(command(1.0));
    board_.link_lost(now_);
    expect_neutral(DriveState::kDisarmed);
    link_up();
    drive(command(1.0));
    expect_neutral(DriveState::kDisarmed);
    arm();
    drive(command(1.0));
    board_.link_opened(now_);
    expect_neutral(DriveState::kDisarmed);
}

TEST_F(BoardTest, ALinkThatIsSilentFor3SecondsIsDead) {
    link_up();
    for (std::uint32_t ms = 0; ms < 2995; ms += 5) {
        now_ += 5;
        board_.tick(now_);
    }
    EXPECT_EQ(board_.link(), LinkState::kUp);
    EXPECT_EQ(port_.of_type("ping").size(), 2u);
    now_ += 5;
    board_.tick(now_);
    EXPECT_EQ(board_.link(), LinkState::kDead);
    const std::size_t sent = port_.sent.size();
    now_ += 600;
    board_.tick(now_);
    drive(command(0.0));
    EXPECT_EQ(port_.sent.size(), sent) << "nothing is said on a dead link, and nothing heard";
}

TEST_F(BoardTest, ARegistrationWithoutAnswerIsDeadAfter3Seconds) {
    board_.link_opened(now_);
    for (int i = 0; i < 600; ++i) {
        EXPECT_EQ(board_.link(), LinkState::kRegistering);
        now_ += 5;
        board_.tick(now_);
    }
    EXPECT_EQ(board_.link(), LinkState::kDead);
}

TEST_F(BoardTest, ActsOnNothingBeforeItIsRegisteredExceptStop) {
    board_.link_opened(now_);
    drive(command(0.0));
    expect_neutral(DriveState::kDisarmed);
    EXPECT_EQ(board_.dropped(), 1u);
    board_.received(now_, R"({"type":"stop"})");
    expect_neutral(DriveState::kStopped);
}

TEST_F(BoardTest, AnotherVersionIsNoRegistration) {
    board_.link_opened(now_);
    board_.received(now_, R"({"type":"registered","heartbeatS":5,"v":2})");
    EXPECT_EQ(board_.link(), LinkState::kRegistering);
}

TEST_F(BoardTest, PingsOnceASecondAndAnswersPings) {
    link_up();
    for (int i = 0; i < 5; ++i) {
        run(1000);
    }
    EXPECT_EQ(port_.of_type("ping").size(), 5u);
    board_.received(now_, R"({"type":"ping","id":4294967295})");
    EXPECT_EQ(port_.sent.back(), json({{"type", "pong"}, {"id", 4294967295u}}));
}

TEST_F(BoardTest, TellsWhatTheGatewayRefuses) {
    board_.link_opened(now_);
    board_.received(now_, R"({"type":"error","problem":"urn:x:unauthorized","detail":"no"})");
    EXPECT_EQ(port_.problems, std::vector<std::string>{"urn:x:unauthorized"});
}

TEST_F(BoardTest, AStallDisarmsAndSoDoesTheWatchdog) {
    link_up();
    arm();
    drive(command(1.0));
    now_ += 201;
    board_.tick(now_);
    expect_neutral(DriveState::kDisarmed);
    arm();
    drive(command(1.0));
    board_.was_stalled(now_);
    expect_neutral(DriveState::kDisarmed);
}

TEST_F(BoardTest, WhileItIsHeldItAnswersAndDoesNothing) {
    link_up();
    arm();
    drive(command(1.0));
    board_.hold(now_, true);
    expect_neutral(DriveState::kDisarmed);
    for (int i = 0; i < 20; ++i, run(50)) {
        drive(command(0.0));
        expect_neutral(DriveState::kDisarmed);
    }
    EXPECT_EQ(port_.of_type("acted").back().at("seq"), seq_);
    EXPECT_EQ(port_.of_type("acted").back().at("state"), "disarmed");
    board_.received(now_, R"({"type":"stop"})");
    expect_neutral(DriveState::kStopped);
    board_.received(now_, R"({"type":"clearStop"})");
    board_.hold(now_, false);
    arm();
}

TEST_F(BoardTest, AccessoriesFollowAndTheHornFallsSilent) {
    link_up();
    arm();
    json all = command(0.5);
    all.update({{"lights", true}, {"horn", true}, {"pan", 0.5}, {"tilt", -1}});
    drive(all);
    Accessories extra = board_.outputs().accessories;
    EXPECT_TRUE(extra.lights && extra.horn);
    EXPECT_EQ(extra.pan, 0.5);
    EXPECT_EQ(extra.tilt, -1.0);
    run(250);
    expect_neutral(DriveState::kNeutral);
    extra = board_.outputs().accessories;
    EXPECT_TRUE(extra.lights);
    EXPECT_EQ(extra.pan, 0.5);
    board_.received(now_, R"({"type":"stop"})");
    drive(command(0.0));
    EXPECT_TRUE(board_.outputs().accessories.lights) << "stopped, it hears no commands";
}

TEST(Board, DoesNothingThatItCannot) {
    RecordingPort port;
    BoardSettings settings;
    settings.device_id = "plain";
    settings.capabilities.reverse = false;
    settings.limits.forward = 0.5;
    settings.limits.failsafe_ms = 100;
    Board board(settings, port, 0);
    board.link_opened(0);
    EXPECT_EQ(port.sent[0].at("capabilities"), json({{"reverse", false}}));
    EXPECT_EQ(port.sent[0].at("limits"), json({{"forward", 0.5}, {"failsafeMs", 100.0}}));
    board.received(0, R"({"type":"registered","heartbeatS":5,"v":1})");
    std::uint32_t seq = 0;
    const auto drive = [&](std::uint32_t now, double throttle) {
        const json command = {{"type", "actuate"}, {"seq", ++seq},
                              {"ttlMs", 100},      {"throttle", throttle},
                              {"steering", 1},     {"lights", true},
                              {"horn", true},      {"pan", 1},
                              {"tilt", 1},         {"heard", {{"atMs", now}, {"heldMs", 0}}}};
        board.received(now, command.dump());
    };
    for (std::uint32_t now = 0; now <= 500; now += 50) {
        drive(now, 0.0);
    }
    drive(510, 0.8);
    EXPECT_EQ(board.outputs().drive.throttle, 0.5);
    EXPECT_EQ(port.sent.back().at("throttle"), 0.5);
    drive(520, -0.8);
    EXPECT_EQ(board.outputs().drive.throttle, 0.0);
    const Accessories extra = board.outputs().accessories;
    EXPECT_FALSE(extra.lights || extra.horn);
    EXPECT_EQ(extra.pan, 0.0);
    EXPECT_EQ(extra.tilt, 0.0);
    drive(530, 0.4);
    board.tick(629);
    EXPECT_EQ(board.outputs().drive.throttle, 0.4);
    board.tick(630);
    EXPECT_EQ(board.outputs().drive.throttle, 0.0);
}

class WrappingBoardTest : public BoardTest {
protected:
    WrappingBoardTest() : BoardTest(0u - 1500) {}
};

TEST_F(WrappingBoardTest, DrivesOnOverTheWrapOfItsClock) {
    link_up();
    arm();
    for (int i = 0; i < 60; ++i) {
        drive(command(0.5));
        ASSERT_EQ(board_.outputs().drive.throttle, 0.5) << now_;
        run(50);
    }
    EXPECT_LT(now_, 5000u);
    EXPECT_EQ(board_.link(), LinkState::kUp);
    EXPECT_EQ(board_.dropped(), 0u);
    run(250);
    expect_neutral(DriveState::kNeutral);
}

}  // namespace
}  // namespace peerlens

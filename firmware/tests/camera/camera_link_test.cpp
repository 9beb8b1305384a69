#include "camera/camera_link.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace peerlens {
namespace {

using nlohmann::json;

// The socket's side: keeps all that the camera says.
class RecordingPort final : public CameraLinkPort {
public:
    bool send(std::string_view text) override {
        if (!sending.empty() || !has_room) {
            return false;
        }
        sent.push_back(json::parse(text));
        return true;
    }
    bool send_picture(std::string_view jpeg) override {
        if (!has_room) {
            return false;
        }
        sending = jpeg;
        return true;
    }
    bool is_sending() const override { return !sending.empty(); }
    void refused(const Error& error) override {
        char buffer[200];
        problems.emplace_back(error.problem.copy(buffer, sizeof buffer));
    }

    // The picture has left.
    std::string leave() {
        const std::string left(sending);
        sending = {};
        return left;
    }

    bool has_room = true;
    std::string_view sending;
    std::vector<json> sent;
    std::vector<std::string> problems;
};

class CameraLinkTest : public ::testing::Test {
protected:
    static constexpr std::size_t kSlots = 4;
    static constexpr std::size_t kSlotSize = 100;

    void open(bool pushes) {
        RegisterCamera who;
        who.device_id = "cam-1";
        who.token = "t0k3n";
        who.stream_url = pushes ? "" : "http://192.168.0.20:8080/stream";
        who.model = "twin";
        who.firmware = "0.1.0";
        link_.link_opened(now_, who, pushes);
    }

    void bring_up(bool pushes) {
        open(pushes);
        link_.received(now_, R"({"type":"registered","heartbeatS":5,"v":1})");
        ASSERT_EQ(link_.link(), LinkState::kUp);
        port_.sent.clear();
    }

    void publish(const std::string& jpeg) { frames_.publish(jpeg, std::uint64_t{now_} * 1000); }

    void pong() {
        link_.received(now_, json({{"type", "pong"}, {"id", port_.sent.back().at("id")}}).dump());
    }

    // Until the state is another, or `ms` have passed; returns how long it took.
    std::uint32_t wait(std::uint32_t ms) {
        const LinkState before = link_.link();
        std::uint32_t waited = 0;
        for (; waited < ms && link_.link() == before; waited += 5) {
            now_ += 5;
            link_.tick(now_);
        }
        return waited;
    }

    std::uint32_t now_ = 0xFFFFF000;  // the clock wraps in these tests
    std::vector<char> memory_ = std::vector<char>(kSlots * kSlotSize);
    FrameStore frames_{memory_.data(), kSlotSize, kSlots};
    RecordingPort port_;
    CameraLink link_{frames_, port_};
};

TEST_F(CameraLinkTest, IsSilentWithoutALink) {
    publish("one");
    wait(5000);
    link_.received(now_, R"({"type":"registered","heartbeatS":5,"v":1})");
    EXPECT_EQ(link_.link(), LinkState::kDown);
    EXPECT_TRUE(port_.sent.empty());
}

TEST_F(CameraLinkTest, RegistersWithWhereItStreams) {
    open(false);
    ASSERT_EQ(port_.sent.size(), 1u);
    EXPECT_EQ(port_.sent[0], json({{"type", "register"},
                                   {"role", "camera"},
                                   {"deviceId", "cam-1"},
                                   {"v", 1},
                                   {"streamUrl", "http://192.168.0.20:8080/stream"},
                                   {"token", "t0k3n"},
                                   {"model", "twin"},
                                   {"firmware", "0.1.0"}}));
    EXPECT_EQ(link_.link(), LinkState::kRegistering);
    link_.received(now_, R"({"type":"registered","heartbeatS":5,"v":1})");
    EXPECT_EQ(link_.link(), LinkState::kUp);
}

TEST_F(CameraLinkTest, APushingCameraNeedsNoAddress) {
    open(true);
    EXPECT_FALSE(port_.sent.at(0).contains("streamUrl"));
}

TEST_F(CameraLinkTest, AReachableCameraPushesNothing) {
    bring_up(false);
    publish("one");
    link_.tick(now_);
    EXPECT_FALSE(port_.is_sending());
}

TEST_F(CameraLinkTest, PushesNothingBeforeItIsRegistered) {
    open(true);
    publish("one");
    link_.tick(now_);
    EXPECT_FALSE(port_.is_sending());
}

TEST_F(CameraLinkTest, APingFollowsEachPicture) {
    bring_up(true);
    publish("one");
    link_.tick(now_);
    EXPECT_EQ(port_.sending, "one");
    EXPECT_TRUE(port_.sent.empty());
    EXPECT_EQ(port_.leave(), "one");
    link_.tick(now_);
    ASSERT_EQ(port_.sent.size(), 1u);
    EXPECT_EQ(port_.sent[0].at("type"), "ping");
    EXPECT_EQ(link_.pushed(), 1u);
    link_.tick(now_);
    EXPECT_FALSE(port_.is_sending()) << "the same picture is not sent again";
}

TEST_F(CameraLinkTest, TheNewestWinsAndNoneIsQueued) {
    bring_up(true);
    publish("one");
    link_.tick(now_);
    for (const char* each : {"two", "three", "four"}) {
        publish(each);
        now_ += 66;
        link_.tick(now_);
        EXPECT_EQ(port_.sending, "one");
    }
    port_.leave();
    link_.tick(now_);
    EXPECT_FALSE(port_.is_sending()) << "the first has not arrived yet";
    publish("five");
    now_ += 20;
    pong();
    link_.tick(now_);
    EXPECT_EQ(port_.sending, "five");
    EXPECT_EQ(link_.left_out(), 3u);
}

TEST_F(CameraLinkTest, ThePictureStaysAsItIsWhileItIsOnItsWay) {
    bring_up(true);
    publish("one");
    link_.tick(now_);
    for (int i = 0; i < 20; ++i) {
        publish("later");
    }
    EXPECT_EQ(port_.leave(), "one");
}

TEST_F(CameraLinkTest, TheHoldEndsWithTheLink) {
    for (int i = 0; i < 20; ++i) {
        bring_up(true);
        publish("picture");
        link_.tick(now_);
        ASSERT_TRUE(port_.is_sending()) << i;
        link_.link_lost();
        port_.leave();
    }
}

TEST_F(CameraLinkTest, ThePingWaitsForRoom) {
    bring_up(true);
    publish("one");
    link_.tick(now_);
    port_.leave();
    port_.has_room = false;
    link_.tick(now_);
    EXPECT_TRUE(port_.sent.empty());
    port_.has_room = true;
    link_.tick(now_);
    EXPECT_EQ(port_.sent.size(), 1u);
}

TEST_F(CameraLinkTest, PingsEachSecondWhileThereAreNoPictures) {
    bring_up(true);
    for (std::uint32_t second = 1; second <= 5; ++second) {
        wait(CameraLink::kPingMs);
        ASSERT_EQ(port_.sent.size(), second);
        pong();
    }
    EXPECT_EQ(port_.sent[4].at("id"), 5);
}

TEST_F(CameraLinkTest, AnswersPings) {
    bring_up(false);
    link_.received(now_, R"({"type":"ping","id":9})");
    EXPECT_EQ(port_.sent.back(), json({{"type", "pong"}, {"id", 9}}));
}

TEST_F(CameraLinkTest, IsDeadWithoutAnAnswerToItsRegistration) {
    open(true);
    EXPECT_EQ(wait(20'000), CameraLink::kSilenceMs);
    EXPECT_EQ(link_.link(), LinkState::kDead);
}

TEST_F(CameraLinkTest, ASilentLinkIsDead) {
    bring_up(false);
    EXPECT_EQ(wait(20'000), CameraLink::kSilenceMs);
    EXPECT_EQ(link_.link(), LinkState::kDead);
    link_.received(now_, R"({"type":"registered","heartbeatS":5,"v":1})");
    EXPECT_EQ(link_.link(), LinkState::kDead);
}

TEST_F(CameraLinkTest, APushingLinkMayBeSlowButNotSilent) {
    bring_up(true);
    publish("one");
    link_.tick(now_);
    for (int i = 0; i < 10; ++i) {
        wait(CameraLink::kPushSilenceMs - 1000);
        link_.progressed(now_);
    }
    EXPECT_EQ(link_.link(), LinkState::kUp);
    EXPECT_EQ(wait(20'000), CameraLink::kPushSilenceMs);
    EXPECT_EQ(link_.link(), LinkState::kDead);
}

TEST_F(CameraLinkTest, GarbageIsCountedAndNoSignOfLife) {
    bring_up(false);
    wait(1500);
    for (const char* text :
         {"", "{", R"({"type":"shout"})", R"({"type":"stop"})",
          R"({"type":"registered","heartbeatS":5,"v":1})", R"({"type":"pong"})"}) {
        link_.received(now_, text);
    }
    EXPECT_EQ(link_.refused(), 6u);
    EXPECT_EQ(wait(20'000), CameraLink::kSilenceMs - 1500);
}

TEST_F(CameraLinkTest, AnotherVersionIsNoRegistration) {
    open(false);
    link_.received(now_, R"({"type":"registered","heartbeatS":5,"v":2})");
    EXPECT_EQ(link_.link(), LinkState::kRegistering);
}

TEST_F(CameraLinkTest, TellsWhatTheServerRefuses) {
    open(true);
    link_.received(now_, R"({"type":"error","problem":"urn:peerlens:problem:device-taken",)"
                         R"("detail":"connected from another address"})");
    EXPECT_EQ(port_.problems, std::vector<std::string>{"urn:peerlens:problem:device-taken"});
    EXPECT_EQ(link_.link(), LinkState::kRegistering);
}

}  // namespace
}  // namespace peerlens

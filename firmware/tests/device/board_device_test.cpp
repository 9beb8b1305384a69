#include "device/board_device.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "device/resolver.hpp"
#include "host/monotonic_clock.hpp"
#include "host/system_random.hpp"

namespace peerlens {
namespace {

using nlohmann::json;

// Pins that keep their level, as real ones do.
class KeptLevels final : public Pins {
public:
    void begin(const MotionLevels& neutral) override { neutral_ = neutral; }
    void write(const PinLevels& levels, const Outputs&) override { levels_ = levels; }
    static void make_neutral(void* pins) {
        auto& self = *static_cast<KeptLevels*>(pins);
        self.levels_.motion = self.neutral_;
    }

    bool is_neutral() const { return levels_.motion == neutral_; }

private:
    MotionLevels neutral_;
    PinLevels levels_;
};

class NoSensors final : public BatterySensor, public LinkQuality {
public:
    std::optional<double> pin_mv() override { return std::nullopt; }
    std::optional<double> rssi_dbm() override { return std::nullopt; }
};

class LinkNews final : public BoardEvents {
public:
    void link_up() override {}
    void link_down(std::string_view reason) override { down = reason; }
    void refused(std::string_view, std::string_view) override {}
    void obeyed(std::uint32_t) override {}

    std::string down;
};

// A device on real sockets of this machine.
class BoardDeviceTest : public ::testing::Test {
protected:
    BoardDeviceTest() {
        BoardControlSettings settings;
        settings.board.device_id = "board-1";
        settings.pins.motor.kind = MotorKind::kBridge;
        HttpSecrets secrets;
        secrets.open_pictures = true;
        device_ = std::make_unique<BoardDevice>(
            settings, secrets,
            BoardPortParts{clock_, random_, connection_, pins_, &KeptLevels::make_neutral, &pins_,
                           sensors_, sensors_, news_});
    }

    // Run its loop until `true_now()`; false when that takes longer than 10 s.
    template <typename True>
    bool runs_until(True&& true_now) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!true_now()) {
            if (std::chrono::steady_clock::now() > deadline) {
                return false;
            }
            device_->pass();
        }
        return true;
    }

    const MonotonicClock clock_{0xFFFFFFFF};
    SystemRandom random_;
    Resolver resolver_;
    Connection connection_{resolver_, nullptr};
    KeptLevels pins_;
    NoSensors sensors_;
    LinkNews news_;
    std::unique_ptr<BoardDevice> device_;
};

TEST_F(BoardDeviceTest, IsNeutralWhenItIsMadeAndWhenItEnds) {
    EXPECT_TRUE(pins_.is_neutral());
    device_->pass();
    EXPECT_TRUE(pins_.is_neutral());
    device_->end("stopping");
    EXPECT_TRUE(pins_.is_neutral());
    EXPECT_EQ(news_.down, "stopping");
}

TEST_F(BoardDeviceTest, TellsOnceWhyThereIsNoLinkAndGoesOn) {
    // A port that nobody listens on: it was this test's a moment ago.
    HttpService service{HttpSecrets{}};
    std::array<HttpClient, 1> clients;
    HttpListener listener(service, clients.data(), clients.size());
    const std::uint16_t port = listener.listen("127.0.0.1", 0);
    ASSERT_NE(port, 0);
    listener.close();
    ASSERT_TRUE(device_->link().set_server("ws://127.0.0.1:" + std::to_string(port) + "/ws/board"));
    EXPECT_TRUE(runs_until([this] { return !news_.down.empty(); }));
    EXPECT_EQ(news_.down, "Connection refused");
    news_.down.clear();
    const std::uint32_t passes = device_->timing().passes();
    EXPECT_TRUE(runs_until([&] { return device_->timing().passes() > passes + 100; }));
    EXPECT_EQ(news_.down, "");
}

TEST_F(BoardDeviceTest, RefusesWhatIsNoAddress) {
    EXPECT_FALSE(device_->link().set_server("http://127.0.0.1/"));
    device_->pass();
}

TEST_F(BoardDeviceTest, AnswersForItsStatus) {
    const std::uint16_t port = device_->listener().listen("127.0.0.1", 0);
    ASSERT_NE(port, 0);
    std::string answer;
    std::thread client([&answer, port] {
        const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        timeval limit{10, 0};
        setsockopt(socket_fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        if (connect(socket_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            const std::string request = "GET /status HTTP/1.0\r\n\r\n";
            send(socket_fd, request.data(), request.size(), MSG_NOSIGNAL);
            char buffer[2048];
            for (ssize_t count = 1; count > 0;) {
                count = recv(socket_fd, buffer, sizeof buffer, 0);
                answer.append(buffer, static_cast<std::size_t>(count > 0 ? count : 0));
            }
        }
        close(socket_fd);
    });
    std::atomic<bool> done{false};
    std::thread waiting([&] {
        client.join();
        done = true;
    });
    EXPECT_TRUE(runs_until([&] { return done.load(); }));
    waiting.join();
    const std::size_t body = answer.find("\r\n\r\n");
    ASSERT_NE(body, std::string::npos) << answer;
    const json told = json::parse(answer.substr(body + 4));
    EXPECT_EQ(told.at("state"), "disarmed");
    EXPECT_EQ(told.at("outputs").at("steeringUs"), 1500);
    EXPECT_EQ(told.at("outputs").at("forwardDuty"), kFullDuty) << "braked";
    EXPECT_EQ(told.at("commands"), json({{"refused", 0}, {"dropped", 0}}));
    EXPECT_GT(told.at("loop").at("passes"), 0);
    EXPECT_EQ(told.at("loop").at("stalls"), 0);
}

TEST_F(BoardDeviceTest, CountsALoopThatWasGivenUp) {
    device_->pass();
    EXPECT_TRUE(device_->gate().check(clock_.now() + 1000));
    EXPECT_TRUE(device_->gate().is_shut());
    device_->pass();
    EXPECT_FALSE(device_->gate().is_shut());
    EXPECT_EQ(device_->control().stalls(), 1u);
}

}  // namespace
}  // namespace peerlens

#include "device/camera_device.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "camera/scripted_sensor.hpp"
#include "device/client.hpp"
#include "host/monotonic_clock.hpp"

namespace peerlens {
namespace {

constexpr std::size_t kSlotSize = 65'536;
constexpr std::size_t kPictureSize = 40'000;
const std::string kLook = "Authorization: Bearer t0k3n\r\n";
const std::string kAdmin = "Authorization: Basic YWRtaW46cA==\r\n";

// Pictures of one letter each, when they are asked for.
struct LetterSource final : public FrameSource {
    CapturedFrame next(std::uint32_t) override {
        letter = static_cast<char>(letter == 'z' ? 'a' : letter + 1);
        jpeg.assign(kPictureSize, letter);
        captured_us += 40'000;
        return {jpeg, captured_us};
    }

    char letter = 'a';
    std::string jpeg;
    std::uint64_t captured_us = 0;
};

// Counts the ends of pictures in what it reads, and keeps nothing else.
class Viewer {
public:
    explicit Viewer(std::uint16_t port, int receive_buffer = 0) : client(port, receive_buffer) {
        client.get("/stream", kLook);
    }

    void read() {
        client.read();
        pictures += client.count("X-Timestamp");
        if (client.received.size() > 200) {
            started = started || client.has("200 OK");
            client.received.erase(0, client.received.size() - 10);
        }
    }

    Client client;
    std::size_t pictures = 0;
    bool started = false;
};

class CameraDeviceTest : public ::testing::Test {
protected:
    CameraDeviceTest()
        : memory_(kSlotSize * CameraDevice::kSlots),
          camera_(std::make_unique<CameraDevice>(
              CameraPort{clock_, source_, sensor_, memory_.data(), kSlotSize, CameraDevice::kSlots},
              HttpSecrets{"admin", "p", "t0k3n", false})) {
        port_ = camera_->listener().listen("127.0.0.1", 0);
        EXPECT_GT(port_, 0);
    }

    bool serve(const std::function<void()>& also, const std::function<bool()>& done) {
        return within_deadline(
            [&] {
                camera_->pass(2);
                also();
            },
            done);
    }
    // One whole answer on a connection of its own.
    std::string ask(const std::string& path, const std::string& credentials) {
        Client client(port_);
        client.get(path, "Connection: close\r\n" + credentials);
        EXPECT_TRUE(serve([&] { client.read(); }, [&] { return client.is_over(); }));
        return client.received;
    }
    static std::string body(const std::string& answer) {
        return answer.substr(answer.find("\r\n\r\n") + 4);
    }

    const MonotonicClock clock_{0};
    LetterSource source_;
    ScriptedSensor sensor_;
    std::vector<char> memory_;
    std::unique_ptr<CameraDevice> camera_;
    std::uint16_t port_ = 0;
};

TEST_F(CameraDeviceTest, AnswersAllItsAddresses) {
    camera_->capture().step();
    EXPECT_EQ(ask("/status", "").substr(9, 3), "401");
    EXPECT_EQ(body(ask("/snapshot", kLook)), std::string(kPictureSize, 'b'));
    const auto status = nlohmann::json::parse(body(ask("/status", kLook)));
    EXPECT_EQ(status.at("frames"), 1);
    EXPECT_EQ(status.at("uptime_s"), 0);
    EXPECT_EQ(ask("/control?var=fps&val=10", kLook).substr(9, 3), "403");
    EXPECT_EQ(ask("/control?var=fps&val=10", kAdmin).substr(9, 3), "200");
    EXPECT_EQ(sensor_.now.fps, 10U);
    EXPECT_EQ(ask("/nothing", kLook).substr(9, 3), "404");
}

TEST_F(CameraDeviceTest, StreamsToTwoAndStillAnswers) {
    Viewer one(port_);
    Viewer other(port_);
    const auto watch = [&] {
        one.read();
        other.read();
        if (one.pictures == source_.captured_us / 40'000 && other.pictures == one.pictures) {
            camera_->capture().step();
        }
    };
    ASSERT_TRUE(serve([] {}, [&] { return camera_->streams().streams() == 2; }));
    camera_->capture().step();
    EXPECT_TRUE(serve(watch, [&] { return one.pictures >= 20 && other.pictures >= 20; }));

    const std::string third = ask("/stream", kLook);
    EXPECT_EQ(third.substr(0, 34), "HTTP/1.1 503 Service Unavailable\r\n");
    EXPECT_NE(third.find("Retry-After: 5\r\n"), std::string::npos);
    EXPECT_EQ(body(ask("/snapshot", kLook)).size(), kPictureSize);
    EXPECT_EQ(nlohmann::json::parse(body(ask("/status", kLook))).at("streams"), 2);

    other.client.close();
    EXPECT_TRUE(serve([&] { one.read(); }, [&] { return camera_->streams().streams() == 1; }));
    camera_->streams().reset();
    EXPECT_TRUE(serve([&] { one.read(); }, [&] { return one.client.was_reset; }));
    EXPECT_EQ(camera_->streams().streams(), 0U);
}

TEST_F(CameraDeviceTest, LetsASlowViewerCostOnlyItself) {
    Viewer quick(port_);
    Viewer slow(port_, 4'096);
    ASSERT_TRUE(serve([] {}, [&] { return camera_->streams().streams() == 2; }));
    for (std::size_t i = 1; i <= 100; ++i) {
        camera_->capture().step();
        ASSERT_TRUE(serve([&] { quick.read(); }, [&] { return quick.pictures == i; })) << i;
    }
    // What the slow one finds when it reads at last is one old picture or a few, not a hundred.
    EXPECT_TRUE(serve(
        [&] {
            slow.read();
            if (quick.pictures == source_.captured_us / 40'000) {
                camera_->capture().step();
            }
            quick.read();
        },
        [&] { return slow.pictures >= 4; }));
    EXPECT_LT(slow.pictures, quick.pictures - 80);
}

TEST_F(CameraDeviceTest, IsWokenByACaptureThread) {
    std::atomic<bool> ending{false};
    Viewer viewer(port_);
    ASSERT_TRUE(serve([] {}, [&] { return camera_->streams().streams() == 1; }));
    std::thread thread([&] {
        while (!ending) {
            camera_->capture().step();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    });
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) {
        camera_->pass(5'000);
        viewer.read();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
    EXPECT_TRUE(serve([&] { viewer.read(); }, [&] { return viewer.pictures >= 10; }));
    ending = true;
    thread.join();
}

TEST_F(CameraDeviceTest, LosesTheNetwork) {
    Viewer viewer(port_);
    ASSERT_TRUE(serve([] {}, [&] { return camera_->streams().streams() == 1; }));
    camera_->network_lost();
    EXPECT_EQ(camera_->streams().streams(), 0U);
    EXPECT_TRUE(serve([&] { viewer.read(); }, [&] { return viewer.client.was_reset; }));
    EXPECT_EQ(ask("/status", kLook).substr(9, 3), "200");
}

}  // namespace
}  // namespace peerlens

// Nothing that is done again and again asks for memory: every allocation of this program is
// counted. It is a program of its own, as it replaces malloc().
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

#include "camera/camera_link.hpp"
#include "camera/snapshot_handler.hpp"
#include "camera/stream_handler.hpp"
#include "device/board_control.hpp"
#include "fixed_random.hpp"
#include "http/http_connection.hpp"
#include "http/status_handler.hpp"
#include "websocket/websocket.hpp"

namespace {
std::size_t allocations = 0;
}

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

void* malloc(std::size_t size) {
    ++allocations;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    ++allocations;
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    ++allocations;
    return __libc_realloc(memory, size);
}
}

namespace peerlens {
namespace {

// What `what` allocates; buffers have had their first use.
template <typename What>
std::size_t allocated_by(What&& what) {
    const std::size_t before = allocations;
    what();
    return allocations - before;
}

TEST(HotPath, AllocationsAreCounted) {
    EXPECT_GE(allocated_by([] { std::make_unique<std::string>(1000, 'x'); }), 2u);
    EXPECT_EQ(allocated_by([] {}), 0u);
}

class StillSensor final : public SensorControl {
public:
    std::string_view model() const override { return "OV2640"; }
    const CameraSettings& settings() const override { return settings_; }
    bool apply(const CameraSettings& settings) override {
        settings_ = settings;
        return true;
    }

private:
    CameraSettings settings_;
};

class CameraHotPath : public ::testing::Test {
protected:
    static constexpr std::size_t kSlots = 8;
    static constexpr std::size_t kSlotSize = 20'000;

    CameraHotPath() : frames_(memory_->data(), kSlotSize, kSlots) {}

    void publish() {
        const std::string_view jpeg(jpeg_->data(), jpeg_->size());
        ASSERT_TRUE(frames_.publish(jpeg, 40'000u * ++published_));
    }

    std::unique_ptr<std::array<char, kSlots* kSlotSize>> memory_ =
        std::make_unique<std::array<char, kSlots * kSlotSize>>();
    std::unique_ptr<std::array<char, 15'000>> jpeg_ = std::make_unique<std::array<char, 15'000>>();
    FrameStore frames_;
    std::uint64_t published_ = 0;
};

TEST_F(CameraHotPath, FromAPictureToTwoStreamsAndBesideThemASnapshotAndTheStatus) {
    StillSensor sensor;
    HttpSecrets secrets;
    secrets.open = true;
    auto service = std::make_unique<HttpService>(secrets);
    auto streams = std::make_unique<StreamHandler>(frames_, sensor);
    auto snapshot = std::make_unique<SnapshotHandler>(frames_);
    auto status = std::make_unique<StatusHandler>();
    service->add(*streams);
    service->add(*snapshot);
    service->add(*status);
    std::array<std::unique_ptr<HttpConnection>, 4> clients;
    std::array<std::size_t, 4> sent{};
    std::uint32_t now = 1000;
    const auto drain = [&] {
        for (std::size_t i = 0; i < clients.size(); ++i) {
            for (HttpOutput out = clients[i]->output(now); !out.bytes.empty();
                 out = clients[i]->output(now)) {
                const std::size_t taken = std::min<std::size_t>(out.bytes.size(), 1460);
                sent[i] += taken;
                clients[i]->sent(taken, now);
            }
        }
    };
    for (auto& client : clients) {
        client = std::make_unique<HttpConnection>();
        client->open(*service, RemoteAddress::v4(192, 0, 2, 7), now);
    }
    const std::size_t allocated = allocated_by([&] {
        clients[0]->received("GET /stream HTTP/1.1\r\nHost: cam\r\n\r\n", now);
        clients[1]->received("GET /stream HTTP/1.1\r\nHost: cam\r\n\r\n", now);
        for (int i = 0; i < 100; ++i) {
            now += 40;
            publish();
            clients[2]->received("GET /snapshot HTTP/1.1\r\nHost: cam\r\n\r\n", now);
            clients[3]->received("GET /status HTTP/1.1\r\nHost: cam\r\n\r\n", now);
            drain();
        }
    });
    EXPECT_EQ(allocated, 0u);
    EXPECT_GT(sent[0], 100 * jpeg_->size());
    EXPECT_GT(sent[1], 100 * jpeg_->size());
    EXPECT_GT(sent[2], 100 * jpeg_->size());
    EXPECT_GT(sent[3], 100u * 100u);
}

// A socket that takes all that it is given.
class OpenSocket final : public WebSocketPort {
public:
    std::size_t room() const override { return 100'000; }
    void transmit(std::string_view bytes) override { sent += bytes.size(); }
    void opened() override {}
    void message(std::string_view text) override { on_message(context, text); }
    void closed(std::uint16_t, std::string_view) override { ended = true; }

    void (*on_message)(void*, std::string_view) = [](void*, std::string_view) {};
    void* context = nullptr;
    std::size_t sent = 0;
    bool ended = false;
};

// The server's side: an answer to a key of zeros.
constexpr std::string_view kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n";

// A frame of text up to 64 KiB, written without the heap.
class ServerFrame {
public:
    explicit ServerFrame(std::string_view text) {
        frame_[size_++] = '\x81';
        if (text.size() < 126) {
            frame_[size_++] = static_cast<char>(text.size());
        } else {
            frame_[size_++] = 126;
            frame_[size_++] = static_cast<char>(text.size() >> 8);
            frame_[size_++] = static_cast<char>(text.size() & 0xFF);
        }
        size_ += text.copy(frame_.data() + size_, frame_.size() - size_);
    }
    std::string_view view() const { return {frame_.data(), size_}; }

private:
    std::array<char, 600> frame_;
    std::size_t size_ = 0;
};

TEST_F(CameraHotPath, FromAPictureToAPushedMessage) {
    FixedRandom random(0);
    OpenSocket port;
    auto socket = std::make_unique<WebSocket>(port, random);
    ASSERT_TRUE(socket->start("gateway", "/ws/esp32"));
    socket->received(kAnswer);
    ASSERT_TRUE(socket->is_open());
    const std::size_t before = port.sent;
    const std::size_t allocated = allocated_by([&] {
        for (int i = 0; i < 100; ++i) {
            publish();
            const FrameHold frame = frames_.newest();
            ASSERT_TRUE(socket->send_binary(frame.jpeg()));
            while (socket->is_sending()) {
                ASSERT_TRUE(socket->send_more());
            }
        }
    });
    EXPECT_EQ(allocated, 0u);
    EXPECT_GT(port.sent - before, 100 * jpeg_->size());
}

class CountedPins final : public Pins {
public:
    void begin(const MotionLevels&) override {}
    void write(const PinLevels& levels, const Outputs&) override {
        most_forward = std::max(most_forward, levels.motion.forward_duty);
        ++writes;
    }

    std::uint16_t most_forward = 0;
    int writes = 0;
};

// Between a board's WebSocket and its pins.
class BoardHotPath : public ::testing::Test, public BoardPort {
protected:
    BoardHotPath() {
        BoardControlSettings settings;
        settings.board.device_id = "board-1";
        settings.board.capabilities = {true, true, true, true, true};
        settings.pins.motor.kind = MotorKind::kBridge;
        control_ = std::make_unique<BoardControl>(
            settings, *this, pins_, now_, [](void*) {}, nullptr);
        port_.context = this;
        port_.on_message = [](void* self, std::string_view text) {
            auto* test = static_cast<BoardHotPath*>(self);
            test->control_->received(test->now_, text);
        };
    }

    void send(std::string_view text) override { ASSERT_TRUE(socket_->send(text)); }
    void obeyed(std::uint32_t) override { ++obeyed_; }
    void refused(const Error&) override {}

    void pass(double throttle) {
        now_ += 20;
        control_->begin_pass(now_);
        std::array<char, 400> text;
        const int size = std::snprintf(
            text.data(), text.size(),
            R"({"type":"actuate","seq":%u,"ttlMs":200,"throttle":%g,"steering":-0.25,)"
            R"("lights":true,"heard":{"atMs":%u,"heldMs":1.5}})",
            ++seq_, throttle, now_);
        socket_->received(ServerFrame({text.data(), static_cast<std::size_t>(size)}).view());
        control_->end_pass(now_);
    }

    FixedRandom random_{0};
    OpenSocket port_;
    CountedPins pins_;
    std::uint32_t now_ = 1000;
    std::uint32_t seq_ = 0;
    int obeyed_ = 0;
    std::unique_ptr<WebSocket> socket_ = std::make_unique<WebSocket>(port_, random_);
    std::unique_ptr<BoardControl> control_;
};

TEST_F(BoardHotPath, FromACommandToThePinsAndTheAnswer) {
    ASSERT_TRUE(socket_->start("gateway", "/ws/board"));
    socket_->received(kAnswer);
    const std::size_t allocated = allocated_by([&] {
        control_->link_opened(now_);
        socket_->received(ServerFrame(R"({"type":"registered","heartbeatS":5,"v":1})").view());
        for (int i = 0; i < 200; ++i) {
            pass(i < 50 ? 0.0 : 0.5);
        }
    });
    EXPECT_EQ(allocated, 0u);
    EXPECT_FALSE(port_.ended);
    EXPECT_EQ(obeyed_, 200);
    EXPECT_GE(pins_.writes, 200);
    EXPECT_GT(pins_.most_forward, 0) << "the car drove";
}

}  // namespace
}  // namespace peerlens

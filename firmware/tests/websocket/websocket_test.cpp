#include "websocket/websocket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "fixed_random.hpp"

namespace peerlens {
namespace {

const std::string kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n";  // for a key of zeros

// The socket's side: keeps all that the WebSocket says.
class RecordingPort final : public WebSocketPort {
public:
    std::size_t room() const override { return room_; }
    void transmit(std::string_view bytes) override { sent += bytes; }
    void opened() override { ++openings; }
    void message(std::string_view text) override { messages.emplace_back(text); }
    void closed(std::uint16_t code, std::string_view why) override {
        codes.push_back(code);
        reason = why;
    }

    std::size_t room_ = 100'000;
    std::string sent;
    int openings = 0;
    std::vector<std::string> messages;
    std::vector<std::uint16_t> codes;
    std::string reason;
};

// A frame as a server sends it, with the shortest form of its length.
std::string frame(int first, const std::string& payload) {
    std::string out(1, static_cast<char>(first));
    const std::size_t size = payload.size();
    const int more = size < 126 ? 0 : size <= 0xFFFF ? 2 : 8;
    out += static_cast<char>(more == 0 ? size : more == 2 ? 126 : 127);
    for (int i = more - 1; i >= 0; --i) {
        out += static_cast<char>(size >> (8 * i));
    }
    return out + payload;
}

std::string text(const std::string& payload) {
    return frame(0x81, payload);
}

class WebSocketTest : public ::testing::Test {
protected:
    WebSocketTest() : socket_(std::make_unique<WebSocket>(port_, random_)) { open(); }

    void open() {
        ASSERT_TRUE(socket_->start("car.local", "/ws/board"));
        socket_->received(kAnswer);
        ASSERT_EQ(port_.openings, 1);
        port_.sent.clear();
    }

    void open_anew() {
        port_.room_ = 100'000;
        ASSERT_TRUE(socket_->start("car.local", "/"));
        socket_->received(kAnswer);
        port_.sent.clear();
    }

    void expect_failure(const std::string& bytes, std::uint16_t code) {
        socket_->received(bytes);
        ASSERT_EQ(port_.codes, std::vector<std::uint16_t>{code});
        EXPECT_FALSE(socket_->is_open());
        // With a mask of zeros a masked payload is the payload.
        const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
        EXPECT_EQ(port_.sent, std::string("\x88\x82\0\0\0\0", 6) + payload);
        socket_->received(text("more"));
        EXPECT_TRUE(port_.messages.empty());
    }

    FixedRandom random_{0};
    RecordingPort port_;
    std::unique_ptr<WebSocket> socket_;
};

TEST_F(WebSocketTest, ReadsMessagesThatCameWithTheAnswer) {
    RecordingPort port;
    auto socket = std::make_unique<WebSocket>(port, random_);
    ASSERT_TRUE(socket->start("car.local", "/"));
    EXPECT_FALSE(socket->is_open());
    socket->received(kAnswer + text("a") + text("b"));
    EXPECT_TRUE(socket->is_open());
    EXPECT_EQ(port.messages, (std::vector<std::string>{"a", "b"}));
}

TEST_F(WebSocketTest, ARefusedHandshakeEndsIt) {
    RecordingPort port;
    auto socket = std::make_unique<WebSocket>(port, random_);
    ASSERT_TRUE(socket->start("car.local", "/"));
    socket->received("HTTP/1.1 403 Forbidden\r\n\r\n");
    EXPECT_EQ(port.codes, std::vector<std::uint16_t>{1006});
    EXPECT_EQ(port.openings, 0);
    EXPECT_FALSE(socket->send("x"));
}

TEST_F(WebSocketTest, MasksWhatItSends) {
    FixedRandom random(0x44332211);
    RecordingPort port;
    auto socket = std::make_unique<WebSocket>(port, random);
    ASSERT_TRUE(socket->start("h", "/"));
    // The answer to a key of 0x44332211 four times.
    const std::string head = port.sent;
    EXPECT_NE(head.find("Sec-WebSocket-Key: ESIzRBEiM0QRIjNEESIzRA=="), std::string::npos);
    socket->received(
        "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: RzB50isXha8EoaLAN2OmXyBkqvk=\r\n\r\n");
    ASSERT_TRUE(socket->is_open());
    port.sent.clear();
    ASSERT_TRUE(socket->send("Hello"));
    EXPECT_EQ(port.sent, "\x81\x85\x11\x22\x33\x44\x59\x47\x5F\x28\x7E");
}

TEST_F(WebSocketTest, SendsEachFormOfLength) {
    for (const std::size_t size : {0, 125, 126, 511, 512, 513, 65'535, 65'536}) {
        port_.sent.clear();
        const std::string payload(size, 'x');
        ASSERT_TRUE(socket_->send(payload));
        std::string expected = frame(0x81, payload);
        expected[1] = static_cast<char>(expected[1] | 0x80);
        expected.insert(expected.size() - size, 4, '\0');
        EXPECT_EQ(port_.sent, expected) << size;
    }
}

TEST_F(WebSocketTest, SendsNothingWhenThereIsNoRoomForAll) {
    port_.room_ = 10;
    EXPECT_FALSE(socket_->send("12345"));
    EXPECT_EQ(port_.sent, "");
    EXPECT_TRUE(socket_->send("1234"));
    EXPECT_EQ(port_.sent.size(), 10u);
}

// What a server makes of what was sent under a mask of zeros: the opcodes of its frames, and the
// binary message that those of them that carry one make together.
struct Sent {
    explicit Sent(const std::string& bytes) {
        for (std::size_t at = 0; at < bytes.size();) {
            const auto byte = [&](std::size_t i) {
                return static_cast<unsigned char>(bytes.at(at + i));
            };
            const int opcode = byte(0);
            std::size_t size = byte(1) & 0x7F;
            std::size_t head = 6;
            if (size == 126) {
                size = std::size_t{byte(2)} << 8 | byte(3);
                head = 8;
            }
            opcodes.push_back(opcode);
            largest = std::max(largest, head + size);
            if ((opcode & 0x08) == 0) {
                message += bytes.substr(at + head, size);
            }
            at += head + size;
        }
    }

    std::vector<int> opcodes;
    std::string message;
    std::size_t largest = 0;
};

std::string picture(std::size_t size) {
    std::string bytes(size, ' ');
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<char>(i * 7 + i / 256);
    }
    return bytes;
}

TEST_F(WebSocketTest, SendsABinaryMessageInPieces) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, WebSocket::kPiece,
                                   WebSocket::kPiece + 1, 3 * WebSocket::kPiece + 5}) {
        port_.sent.clear();
        const std::string bytes = picture(size);
        ASSERT_TRUE(socket_->send_binary(bytes));
        EXPECT_FALSE(socket_->is_sending());
        const Sent sent(port_.sent);
        EXPECT_EQ(sent.message, bytes);
        EXPECT_EQ(sent.opcodes.front() & 0x0F, 2) << size;
        for (std::size_t i = 0; i < sent.opcodes.size(); ++i) {
            EXPECT_EQ((sent.opcodes[i] & 0x80) != 0, i + 1 == sent.opcodes.size()) << size;
            EXPECT_TRUE(i == 0 || (sent.opcodes[i] & 0x0F) == 0) << size;
        }
    }
}

TEST_F(WebSocketTest, SendsABinaryMessageAsThereIsRoom) {
    const std::string bytes = picture(5 * WebSocket::kPiece);
    port_.room_ = 100;
    ASSERT_TRUE(socket_->send_binary(bytes));
    EXPECT_EQ(port_.sent, "");
    EXPECT_TRUE(socket_->is_sending());
    EXPECT_FALSE(socket_->send_more());
    port_.room_ = WebSocket::kPiece + 8;
    EXPECT_TRUE(socket_->send_more());
    EXPECT_FALSE(socket_->is_sending());
    EXPECT_FALSE(socket_->send_more());
    const Sent sent(port_.sent);
    EXPECT_EQ(sent.message, bytes);
    EXPECT_EQ(sent.largest, WebSocket::kPiece + 8);
}

TEST_F(WebSocketTest, SendsOneBinaryMessageAtATimeAndNoTextWithinIt) {
    const std::string bytes = picture(2 * WebSocket::kPiece);
    port_.room_ = 0;
    ASSERT_TRUE(socket_->send_binary(bytes));
    EXPECT_FALSE(socket_->send_binary(bytes));
    port_.room_ = 100;
    EXPECT_FALSE(socket_->send("x"));
    EXPECT_EQ(port_.sent, "");
    port_.room_ = 100'000;
    socket_->send_more();
    EXPECT_TRUE(socket_->send("x"));
    EXPECT_EQ(Sent(port_.sent).opcodes, (std::vector<int>{0x02, 0x80, 0x81}));
}

TEST_F(WebSocketTest, AnswersPingsWithinABinaryMessage) {
    const std::string bytes = picture(2 * WebSocket::kPiece);
    port_.room_ = 0;
    ASSERT_TRUE(socket_->send_binary(bytes));
    port_.room_ = 100;
    socket_->received(frame(0x89, "p"));
    port_.room_ = 100'000;
    socket_->send_more();
    const Sent sent(port_.sent);
    EXPECT_EQ(sent.opcodes, (std::vector<int>{0x8A, 0x02, 0x80}));
    EXPECT_EQ(sent.message, bytes);
}

TEST_F(WebSocketTest, AClosedOneSendsNoMoreOfABinaryMessage) {
    const std::string bytes = picture(2 * WebSocket::kPiece);
    for (const bool by_server : {true, false}) {
        open_anew();
        port_.room_ = 100;
        ASSERT_TRUE(socket_->send_binary(bytes));
        if (by_server) {
            socket_->received(frame(0x88, "\x03\xE9"));
        } else {
            socket_->close(1001);
        }
        port_.room_ = 100'000;
        EXPECT_FALSE(socket_->is_sending());
        EXPECT_FALSE(socket_->send_more());
        EXPECT_FALSE(socket_->send_binary(bytes));
        EXPECT_EQ(Sent(port_.sent).opcodes, std::vector<int>{0x88});
    }
}

TEST_F(WebSocketTest, StartsAnewInTheMiddleOfABinaryMessage) {
    const std::string bytes = picture(2 * WebSocket::kPiece);
    port_.room_ = 100;
    ASSERT_TRUE(socket_->send_binary(bytes));
    open_anew();
    EXPECT_FALSE(socket_->is_sending());
    EXPECT_TRUE(socket_->send_binary("new"));
    EXPECT_EQ(Sent(port_.sent).message, "new");
}

TEST_F(WebSocketTest, ReadsEachFormOfLengthByteByByte) {
    for (const std::size_t size : {0, 1, 125, 126, 65'535, 65'536}) {
        port_.messages.clear();
        const std::string payload(size, 'y');
        for (const char byte : text(payload)) {
            socket_->received({&byte, 1});
        }
        ASSERT_EQ(port_.messages, std::vector<std::string>{payload}) << size;
    }
}

TEST_F(WebSocketTest, JoinsFragmentsAndAnswersPingsBetweenThem) {
    socket_->received(frame(0x01, "a\xC3") + frame(0x89, "p") + frame(0x00, "") +
                      frame(0x80, "\xA9z"));
    EXPECT_EQ(port_.messages, std::vector<std::string>{"aéz"});
    EXPECT_EQ(port_.sent, std::string("\x8A\x81\0\0\0\0p", 7));
}

TEST_F(WebSocketTest, IgnoresPongs) {
    socket_->received(frame(0x8A, "unasked"));
    EXPECT_EQ(port_.sent, "");
    EXPECT_TRUE(socket_->is_open());
}

TEST_F(WebSocketTest, RefusesMessagesOver64KiB) {
    expect_failure(frame(0x81, std::string(65'537, 'x')).substr(0, 10), 1009);
}

TEST_F(WebSocketTest, RefusesFragmentsOver64KiBTogether) {
    socket_->received(frame(0x01, std::string(65'000, 'x')));
    expect_failure(frame(0x80, std::string(537, 'x')), 1009);
}

TEST_F(WebSocketTest, RefusesEveryLengthBeyond63Bits) {
    expect_failure("\x81\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 1009);
}

TEST_F(WebSocketTest, RefusesBinary) {
    expect_failure(frame(0x82, "x"), 1003);
}

TEST_F(WebSocketTest, RefusesWhatIsNotUtf8) {
    expect_failure(text("\xFF"), 1007);
}

TEST_F(WebSocketTest, RefusesMaskedFrames) {
    expect_failure(std::string("\x81\x81\0\0\0\0x", 7), 1002);
}

TEST_F(WebSocketTest, RefusesReservedBits) {
    expect_failure(frame(0xC1, "x"), 1002);
}

TEST_F(WebSocketTest, RefusesUnknownOpcodes) {
    expect_failure(frame(0x83, "x"), 1002);
}

TEST_F(WebSocketTest, RefusesUnknownControlOpcodes) {
    expect_failure(frame(0x8B, ""), 1002);
}

TEST_F(WebSocketTest, RefusesAContinuationOfNothing) {
    expect_failure(frame(0x80, "x"), 1002);
}

TEST_F(WebSocketTest, RefusesANewMessageBetweenFragments) {
    socket_->received(frame(0x01, "a"));
    expect_failure(text("b"), 1002);
}

TEST_F(WebSocketTest, RefusesLengthsThatAreNotTheShortest) {
    expect_failure(std::string("\x81\x7E\x00\x7D", 4), 1002);
}

TEST_F(WebSocketTest, RefusesControlFramesThatAreTooLongOrCut) {
    expect_failure(frame(0x89, std::string(126, 'x')), 1002);
}

TEST_F(WebSocketTest, RefusesControlFramesInFragments) {
    expect_failure(frame(0x09, "x"), 1002);
}

TEST_F(WebSocketTest, AnswersACloseAndTellsItsCode) {
    socket_->received(frame(0x88,
                            "\x11\x39"
                            "superseded") +
                      text("more"));
    EXPECT_EQ(port_.codes, std::vector<std::uint16_t>{4409});
    EXPECT_EQ(port_.reason, "superseded");
    EXPECT_EQ(port_.sent, std::string("\x88\x82\0\0\0\0\x11\x39", 8));
    EXPECT_TRUE(port_.messages.empty());
}

TEST_F(WebSocketTest, ACloseMayBeWithoutCode) {
    socket_->received(frame(0x88, ""));
    EXPECT_EQ(port_.codes, std::vector<std::uint16_t>{1005});
    EXPECT_EQ(port_.sent, std::string("\x88\x80\0\0\0\0", 6));
}

TEST_F(WebSocketTest, RefusesACloseOfOneByte) {
    expect_failure(frame(0x88, "x"), 1002);
}

TEST_F(WebSocketTest, RefusesACodeThatNobodyMaySend) {
    expect_failure(frame(0x88, "\x03\xED"), 1002);  // 1005
}

TEST_F(WebSocketTest, ClosesWhenAskedAndWaitsForTheAnswer) {
    socket_->close(1001);
    EXPECT_EQ(port_.sent, std::string("\x88\x82\0\0\0\0\x03\xE9", 8));
    EXPECT_FALSE(socket_->send("x"));
    socket_->received(text("late") + frame(0x89, "p") + frame(0x88, "\x03\xE9"));
    EXPECT_TRUE(port_.messages.empty());
    EXPECT_EQ(port_.codes, std::vector<std::uint16_t>{1001});
    EXPECT_EQ(port_.sent.size(), 8u) << "nothing is sent after a close";
}

TEST_F(WebSocketTest, StartsAnewInTheMiddleOfAnything) {
    socket_->received(frame(0x01, "half a mess"));
    socket_->received("\x81\x7E");
    ASSERT_TRUE(socket_->start("car.local", "/"));
    socket_->received(kAnswer + text("whole"));
    EXPECT_EQ(port_.messages, std::vector<std::string>{"whole"});
}

// Under the sanitizers: no bytes may do more than end the connection.
TEST_F(WebSocketTest, TakesAnyBytes) {
    std::mt19937 random(3);
    for (int round = 0; round < 3000; ++round) {
        ASSERT_TRUE(socket_->start("car.local", "/"));
        socket_->received(kAnswer);
        std::string bytes =
            frame(0x01, "abc") + frame(0x89, "ping") + frame(0x80, "def") + frame(0x88, "\x03\xE8");
        for (int i = 0; i < 3; ++i) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        const std::size_t at = random() % bytes.size();
        socket_->received(std::string_view(bytes).substr(0, at));
        socket_->received(std::string_view(bytes).substr(at));
        port_.messages.clear();
        port_.sent.clear();
    }
}

}  // namespace
}  // namespace peerlens

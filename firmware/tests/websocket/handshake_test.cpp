#include "websocket/handshake.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fixed_random.hpp"

namespace peerlens {
namespace {

// The key of zeros, "AAAAAAAAAAAAAAAAAAAAAA==", has this answer.
constexpr const char* kAccept = "ICX+Yqv66kxgM0FcWaLWlFLwTAI=";

class HandshakeTest : public ::testing::Test {
protected:
    HandshakeTest() { request_ = handshake_.request("car.local:8080", "/ws/board", random_); }

    Handshake::Progress answer(const std::string& text) {
        handshake_.received(text);
        return handshake_.progress();
    }

    static std::string good(const std::string& more = "") {
        return std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n") +
               "Connection: Upgrade\r\nSec-WebSocket-Accept: " + kAccept + "\r\n" + more + "\r\n";
    }

    FixedRandom random_{0};
    Handshake handshake_;
    std::string request_;
};

TEST_F(HandshakeTest, AsksAsRfc6455Wants) {
    EXPECT_EQ(request_,
              "GET /ws/board HTTP/1.1\r\nHost: car.local:8080\r\nUpgrade: websocket\r\n"
              "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
              "Sec-WebSocket-Version: 13\r\n\r\n");
}

TEST_F(HandshakeTest, TakesTheRightAnswerAndLeavesWhatFollows) {
    EXPECT_EQ(handshake_.received(good() + "\x81\x00"), good().size());
    EXPECT_EQ(handshake_.progress(), Handshake::Progress::kOpen);
}

TEST_F(HandshakeTest, TakesItByteByByte) {
    for (const char byte : good()) {
        ASSERT_EQ(handshake_.progress(), Handshake::Progress::kReading);
        EXPECT_EQ(handshake_.received({&byte, 1}), 1u);
    }
    EXPECT_EQ(handshake_.progress(), Handshake::Progress::kOpen);
}

TEST_F(HandshakeTest, NamesAreInAnyCaseAndConnectionIsAList) {
    EXPECT_EQ(
        answer(std::string("HTTP/1.1 101\r\nUPGRADE:  WebSocket \r\n") +
               "connection: keep-alive, upgrade\r\nsec-websocket-accept:" + kAccept + "\r\n\r\n"),
        Handshake::Progress::kOpen);
}

TEST_F(HandshakeTest, RefusesAnotherStatus) {
    EXPECT_EQ(answer("HTTP/1.1 404 Not Found\r\n\r\n"), Handshake::Progress::kRefused);
    EXPECT_STREQ(handshake_.reason(), "the server does not answer 101");
}

TEST_F(HandshakeTest, RefusesAWrongAccept) {
    std::string wrong = good();
    wrong[wrong.find(kAccept)] = 'J';
    EXPECT_EQ(answer(wrong), Handshake::Progress::kRefused);
}

TEST_F(HandshakeTest, RefusesWhatIsMissing) {
    for (const std::string name : {"Upgrade", "Connection", "Sec-WebSocket-Accept"}) {
        std::string text = good();
        text.replace(text.find("\r\n" + name) + 2, 1, "X");
        Handshake handshake;
        handshake.request("h", "/", random_);
        handshake.received(text);
        EXPECT_EQ(handshake.progress(), Handshake::Progress::kRefused) << name;
    }
}

TEST_F(HandshakeTest, RefusesExtensionsThatWereNotOffered) {
    EXPECT_EQ(answer(good("Sec-WebSocket-Extensions: permessage-deflate\r\n")),
              Handshake::Progress::kRefused);
}

TEST_F(HandshakeTest, RefusesAnEndlessAnswer) {
    EXPECT_EQ(answer("HTTP/1.1 101 X\r\n" + std::string(Handshake::kMaxAnswer, 'a')),
              Handshake::Progress::kRefused);
}

TEST_F(HandshakeTest, AnAddressThatIsTooLongGivesNoRequest) {
    EXPECT_EQ(handshake_.request("h", std::string(Handshake::kMaxRequest, 'a'), random_), "");
}

}  // namespace
}  // namespace peerlens

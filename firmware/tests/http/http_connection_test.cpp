#include "http/http_connection.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "http/scripted_handler.hpp"

namespace peerlens {
namespace {

using Phase = HttpConnection::Phase;

const std::string kGet = "GET /thing HTTP/1.1\r\nHost: cam.local\r\n\r\n";

std::string post(std::size_t length, const std::string& more = "") {
    return "POST /thing HTTP/1.1\r\nHost: cam.local\r\nContent-Length: " + std::to_string(length) +
           "\r\n" + more + "\r\n";
}

// Gives what a test wants, and keeps how much of it was sent.
class ScriptedSource final : public HttpSource {
public:
    std::string_view next() override { return std::string_view(ready).substr(at); }
    void sent(std::size_t count) override { at += count; }
    bool at_end() const override { return ends && at == ready.size(); }
    bool is_broken() const override { return broken; }
    std::uint32_t part() const override { return number; }
    void released() override { ++releases; }

    std::string ready;
    std::size_t at = 0;
    bool ends = false;
    bool broken = false;
    std::uint32_t number = 1;
    int releases = 0;
};

// The clock begins just before its wrap.
class HttpConnectionTest : public ::testing::Test {
protected:
    HttpConnectionTest() : connection_(std::make_unique<HttpConnection>()) {
        service_.add(handler_);
        open();
    }

    void open() { connection_->open(service_, RemoteAddress::v4(10, 0, 0, 1), now_); }

    // As a socket does: no more than there is room for. Returns what did not go in.
    std::string give(std::string bytes) {
        while (!bytes.empty() && connection_->input_room() > 0) {
            const std::size_t size = std::min(connection_->input_room(), bytes.size());
            connection_->received(std::string_view(bytes).substr(0, size), now_);
            bytes.erase(0, size);
        }
        return bytes;
    }
    // All that goes out now, in pieces of at most `most`.
    std::string take(std::size_t most = 7) {
        std::string out;
        for (;;) {
            const HttpOutput next = connection_->output(now_);
            if (next.bytes.empty()) {
                return out;
            }
            const std::string_view piece = next.bytes.substr(0, most);
            out += piece;
            connection_->sent(piece.size(), now_);
        }
    }
    // Answer to one request; its status.
    int ask(const std::string& bytes) {
        give(bytes);
        const std::string out = take();
        return out.size() < 12 ? 0 : std::stoi(out.substr(9, 3));
    }
    void pass(std::uint32_t ms) {
        now_ += ms;
        connection_->tick(now_);
    }
    Phase phase() const { return connection_->phase(); }

    std::uint32_t now_ = 0xFFFF'FF00;
    ScriptedHandler handler_;
    ScriptedSource source_;
    HttpService service_{HttpSecrets{}};
    std::unique_ptr<HttpConnection> connection_;
};

TEST_F(HttpConnectionTest, AnswersOneRequestAfterTheOther) {
    for (int i = 0; i < 3; ++i) {
        give(kGet);
        EXPECT_EQ(phase(), Phase::kSending);
        const std::string out = take();
        EXPECT_EQ(out.substr(0, 17), "HTTP/1.1 200 OK\r\n");
        EXPECT_EQ(out.substr(out.size() - 9), "\r\n\r\nhello");
        EXPECT_EQ(phase(), Phase::kIdle);
    }
    EXPECT_EQ(handler_.requests, 3);
}

TEST_F(HttpConnectionTest, TakesARequestByteByByte) {
    for (const char c : kGet) {
        EXPECT_EQ(take(), "");
        give(std::string(1, c));
    }
    EXPECT_NE(take().find("hello"), std::string::npos);
}

TEST_F(HttpConnectionTest, LetsWhatWasSentAheadWait) {
    const std::string left = give("\r\n" + kGet + kGet + "garbage\r\n");
    EXPECT_EQ(left, "");
    EXPECT_EQ(handler_.requests, 1);
    EXPECT_EQ(connection_->input_room(), 0U);
    const std::string out = take();
    EXPECT_EQ(handler_.requests, 2);
    const std::size_t second = out.find("HTTP/1.1 200", 1);
    EXPECT_NE(second, std::string::npos);
    EXPECT_NE(out.find("HTTP/1.1 400 Bad Request", second), std::string::npos);
    EXPECT_EQ(phase(), Phase::kLinger);
}

TEST_F(HttpConnectionTest, ClosesWhenEitherSideWants) {
    EXPECT_EQ(ask("GET /thing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200);
    EXPECT_EQ(phase(), Phase::kLinger);
    open();
    EXPECT_EQ(ask("GET /thing HTTP/1.0\r\n\r\n"), 200);
    EXPECT_EQ(phase(), Phase::kLinger);
    open();
    EXPECT_EQ(ask("GET /thing HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), 200);
    EXPECT_EQ(phase(), Phase::kIdle);
    handler_.answer = [](const HttpRequest&, HttpResponse& response) {
        response.text(200, "bye");
        response.close();
    };
    EXPECT_EQ(ask(kGet), 200);
    EXPECT_EQ(phase(), Phase::kLinger);
}

TEST_F(HttpConnectionTest, ReadsOnForAMomentAfterTheLastAnswer) {
    EXPECT_EQ(ask("GET / HTTP/3\r\n\r\n"), 505);
    ASSERT_EQ(phase(), Phase::kLinger);
    give(std::string(1000, 'x'));
    EXPECT_EQ(phase(), Phase::kLinger);
    pass(HttpConnection::kLingerMs);
    EXPECT_EQ(phase(), Phase::kClosed);

    open();
    ask("GET / HTTP/3\r\n\r\n");
    give(std::string(HttpConnection::kLingerBytes + 1, 'x'));
    EXPECT_EQ(phase(), Phase::kClosed);

    open();
    ask("GET / HTTP/3\r\n\r\n");
    connection_->input_ended(now_);
    EXPECT_EQ(phase(), Phase::kClosed);
}

TEST_F(HttpConnectionTest, AnswersHeadWithoutABody) {
    const std::string head = "HEAD" + kGet.substr(3);
    give(head);
    const std::string out = take();
    EXPECT_NE(out.find("Content-Length: 5\r\n"), std::string::npos);
    EXPECT_EQ(out.substr(out.size() - 4), "\r\n\r\n");
    EXPECT_EQ(phase(), Phase::kIdle);
    handler_.answer = [this](const HttpRequest&, HttpResponse& response) {
        response.endless("video/x", true, source_);
    };
    source_.ready = "never";
    EXPECT_EQ(ask(head), 200);
    EXPECT_EQ(source_.at, 0U);
    EXPECT_EQ(source_.releases, 1);
    EXPECT_EQ(phase(), Phase::kLinger);
}

TEST_F(HttpConnectionTest, BoundsTheHead) {
    const std::string begin = "GET /thing HTTP/1.1\r\nHost: a\r\nX: ";
    std::string most = begin + std::string(HttpConnection::kMaxHead - begin.size() - 4, 'x');
    EXPECT_EQ(ask(most + "\r\n\r\n"), 200);
    EXPECT_EQ(ask(most + "x\r\n\r\n"), 431);
    EXPECT_EQ(phase(), Phase::kLinger);
    open();
    EXPECT_EQ(ask("GET /" + std::string(HttpConnection::kMaxHead, 'x')), 414);
}

TEST_F(HttpConnectionTest, RefusesOtherProtocolsAtOnce) {
    EXPECT_EQ(ask("\x16\x03\x01\x02"), 400);  // TLS
    EXPECT_EQ(phase(), Phase::kLinger);
    open();
    EXPECT_EQ(ask("{\"a\":1}"), 400);
}

TEST_F(HttpConnectionTest, TakesASmallBodyWhole) {
    handler_.known = methods(HttpMethod::kPost);
    handler_.most = HttpConnection::kMaxBody;
    const std::string body(HttpConnection::kMaxBody, 'b');
    give(post(body.size()) + body.substr(0, 10));
    EXPECT_EQ(handler_.requests, 0);
    EXPECT_EQ(give(body.substr(10) + kGet), kGet);  // not read before the answer
    EXPECT_EQ(handler_.received, body);
    take();
    EXPECT_EQ(phase(), Phase::kIdle);
    EXPECT_EQ(ask(post(3) + "abc" + post(0)), 200);
    EXPECT_EQ(handler_.requests, 3);
    EXPECT_EQ(handler_.received, "");
}

TEST_F(HttpConnectionTest, SharesTheRoomForBodiesWithOthers) {
    handler_.known = methods(HttpMethod::kPost);
    handler_.most = 10;
    HttpBodies& bodies = service_.bodies();
    char* const taken = bodies.take();
    give(post(3) + "ab");
    EXPECT_EQ(bodies.take(), nullptr);
    EXPECT_EQ(ask("c"), 200);
    EXPECT_EQ(handler_.received, "abc");
    give(post(3) + "ab");
    connection_->ended();
    char* const other = bodies.take();
    ASSERT_NE(other, nullptr);

    open();
    EXPECT_EQ(ask(post(0)), 200);  // needs none
    give(post(3) + "abc");
    const std::string out = take();
    EXPECT_EQ(out.substr(0, 12), "HTTP/1.1 503");
    EXPECT_NE(out.find("Retry-After: 1\r\n"), std::string::npos);
    EXPECT_EQ(phase(), Phase::kLinger);
    bodies.give_back(taken);
    open();
    EXPECT_EQ(ask(post(3) + "abc"), 200);
}

TEST_F(HttpConnectionTest, RefusesABodyWithoutReadingIt) {
    handler_.known = methods(HttpMethod::kPost);
    handler_.most = 1'000'000;
    EXPECT_EQ(ask(post(HttpConnection::kMaxBody + 1) + "x"), 413);
    EXPECT_EQ(phase(), Phase::kLinger);
    open();
    handler_.asked = HttpAccess::kAdmin;
    EXPECT_EQ(ask(post(3) + "GET"), 401);  // which must not be read as a request
    EXPECT_EQ(phase(), Phase::kLinger);
    EXPECT_EQ(handler_.requests, 0);
}

TEST_F(HttpConnectionTest, AsksForABodyThatWaitsToBeAskedFor) {
    handler_.known = methods(HttpMethod::kPost);
    handler_.most = 10;
    give(post(3, "Expect: 100-continue\r\n"));
    EXPECT_EQ(take(), "HTTP/1.1 100 Continue\r\n\r\n");
    give("abc");
    EXPECT_EQ(take().substr(0, 15), "HTTP/1.1 200 OK");
    give(post(3, "Expect: 100-continue\r\n") + "abc");  // it did not wait
    EXPECT_EQ(take(100).substr(0, 40), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK");
    give(post(3, "Expect: 100-continue\r\n"));
    give("abc");  // it did not wait for long
    EXPECT_EQ(take(100).substr(0, 40), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK");
    EXPECT_EQ(ask(post(11, "Expect: 100-continue\r\n")), 413);
    EXPECT_EQ(phase(), Phase::kLinger);
}

class StreamedBodyTest : public HttpConnectionTest {
protected:
    StreamedBodyTest() {
        handler_.known = methods(HttpMethod::kPost);
        handler_.streamed = true;
        handler_.most = 1'000'000;
    }
};

TEST_F(StreamedBodyTest, IsPassedOnAsItComes) {
    const std::string body(100'000, 'b');
    give(post(body.size()) + body.substr(0, 5));
    EXPECT_EQ(handler_.announced, body.size());
    EXPECT_EQ(handler_.received.size(), 5U);
    give(body.substr(5));
    EXPECT_EQ(handler_.received, body);
    EXPECT_EQ(handler_.requests, 1);
    EXPECT_NE(take().find("hello"), std::string::npos);
    EXPECT_EQ(phase(), Phase::kIdle);
    EXPECT_EQ(handler_.aborts, 0);
}

TEST_F(StreamedBodyTest, CanBeRefusedAtTheBeginningAndLater) {
    handler_.refuses_begin = true;
    EXPECT_EQ(ask(post(100) + "abc"), 409);
    EXPECT_EQ(phase(), Phase::kLinger);
    EXPECT_EQ(handler_.received, "");
    open();
    handler_.refuses_begin = false;
    handler_.refuses_at = 50;
    EXPECT_EQ(ask(post(100) + std::string(60, 'x')), 422);
    EXPECT_EQ(phase(), Phase::kLinger);
    connection_->ended();
    EXPECT_EQ(handler_.aborts, 0);
}

TEST_F(StreamedBodyTest, IsAbortedWhenTheClientLeaves) {
    give(post(100) + "abc");
    connection_->input_ended(now_);
    EXPECT_EQ(phase(), Phase::kClosed);
    EXPECT_EQ(handler_.aborts, 1);
    open();
    give(post(100) + "abc");
    connection_->ended();
    connection_->ended();
    EXPECT_EQ(handler_.aborts, 2);
}

TEST_F(StreamedBodyTest, MayTakeLongButNotStandStill) {
    give(post(1'000) + "abc");
    for (int i = 0; i < 10; ++i) {
        pass(HttpConnection::kPieceMs - 1);
        give("x");
    }
    EXPECT_EQ(phase(), Phase::kReading);
    pass(HttpConnection::kPieceMs);
    EXPECT_EQ(handler_.aborts, 1);
    EXPECT_EQ(take().substr(0, 12), "HTTP/1.1 408");
    EXPECT_EQ(phase(), Phase::kLinger);

    open();
    give(post(1'000));
    for (std::uint32_t i = 0; i < HttpConnection::kStreamedBodyMs / 5'000; ++i) {
        EXPECT_EQ(phase(), Phase::kReading);
        give("x");
        pass(5'000);
    }
    EXPECT_EQ(handler_.aborts, 2);
}

TEST_F(HttpConnectionTest, GivesUpOnSlowAndSilentClients) {
    pass(HttpConnection::kHeadMs - 1);
    EXPECT_EQ(phase(), Phase::kIdle);
    pass(1);
    EXPECT_EQ(phase(), Phase::kClosed);  // it never said a word

    open();
    for (std::uint32_t i = 0; i < HttpConnection::kHeadMs / 1'000; ++i) {
        EXPECT_NE(phase(), Phase::kSending);
        give("G");
        pass(1'000);
    }
    EXPECT_EQ(take().substr(0, 28), "HTTP/1.1 408 Request Timeout");
    EXPECT_EQ(phase(), Phase::kLinger);

    open();
    EXPECT_EQ(ask(kGet), 200);
    pass(HttpConnection::kIdleMs - 1);
    EXPECT_EQ(phase(), Phase::kIdle);
    pass(1);
    EXPECT_EQ(phase(), Phase::kClosed);

    open();
    handler_.known = methods(HttpMethod::kPost);
    handler_.most = 10;
    give(post(10));
    for (std::uint32_t i = 0; i < HttpConnection::kBodyMs / 1'000; ++i) {
        EXPECT_EQ(phase(), Phase::kReading);
        give("x");
        pass(1'000);
    }
    EXPECT_EQ(take().substr(0, 12), "HTTP/1.1 408");
}

TEST_F(HttpConnectionTest, GivesUpOnAClientThatDoesNotReadItsAnswer) {
    give(kGet);
    connection_->sent(3, now_);
    pass(HttpConnection::kSendMs - 1);
    EXPECT_EQ(phase(), Phase::kSending);
    pass(1);
    EXPECT_EQ(phase(), Phase::kReset);
}

TEST_F(HttpConnectionTest, ResetsWhenTheHandlerWantsThat) {
    handler_.answer = [](const HttpRequest&, HttpResponse& response) { response.drop(); };
    give(kGet);
    EXPECT_EQ(phase(), Phase::kReset);
    EXPECT_EQ(take(), "");
}

TEST_F(HttpConnectionTest, AnswersAClientThatHasStoppedSending) {
    give(kGet);
    connection_->input_ended(now_);
    EXPECT_NE(take().find("hello"), std::string::npos);
    open();
    give("GET /th");
    connection_->input_ended(now_);
    EXPECT_EQ(phase(), Phase::kClosed);
}

class SourceTest : public HttpConnectionTest {
protected:
    void begin_endless() {
        handler_.answer = [this](const HttpRequest&, HttpResponse& response) {
            response.endless("video/x", false, source_);
        };
        EXPECT_EQ(ask(kGet), 200);
        EXPECT_EQ(phase(), Phase::kSending);
    }
};

TEST_F(SourceTest, IsSentPieceByPieceAndReleased) {
    handler_.answer = [this](const HttpRequest&, HttpResponse& response) {
        response.source(200, "image/jpeg", 6, source_);
    };
    source_.ready = "abcdefgh";  // more than it had said
    give(kGet);
    const std::string out = take(4);
    EXPECT_EQ(out.substr(out.size() - 10), "\r\n\r\nabcdef");
    EXPECT_EQ(source_.releases, 1);
    EXPECT_EQ(phase(), Phase::kIdle);
}

TEST_F(SourceTest, IsResetWhenItIsShorterThanItHadSaid) {
    handler_.answer = [this](const HttpRequest&, HttpResponse& response) {
        response.source(200, "image/jpeg", 6, source_);
    };
    source_.ready = "abc";
    source_.ends = true;
    give(kGet);
    take();
    EXPECT_EQ(phase(), Phase::kReset);
    EXPECT_EQ(source_.releases, 1);
}

TEST_F(SourceTest, GoesOnUntilTheClientLeaves) {
    begin_endless();
    EXPECT_TRUE(connection_->is_streaming());
    source_.ready = "abc";
    EXPECT_EQ(take(), "abc");
    give("what a client says meanwhile is of no interest");
    pass(1'000'000);  // nor is how long there is nothing to send
    source_.ready += "def";
    EXPECT_EQ(take(), "def");
    connection_->input_ended(now_);
    EXPECT_EQ(phase(), Phase::kClosed);
    EXPECT_EQ(source_.releases, 1);
}

TEST_F(SourceTest, EndsWhenItSaysSo) {
    begin_endless();
    source_.ends = true;
    take();
    EXPECT_EQ(phase(), Phase::kLinger);
    EXPECT_EQ(source_.releases, 1);
}

TEST_F(SourceTest, GivesEachPartItsTime) {
    begin_endless();
    source_.ready = std::string(1000, 'x');
    for (source_.number = 2; source_.number < 10; ++source_.number) {
        connection_->output(now_);
        connection_->sent(10, now_);
        pass(HttpConnection::kSendMs - 1);
        EXPECT_EQ(phase(), Phase::kSending);
    }
    connection_->output(now_);
    connection_->sent(10, now_);
    pass(HttpConnection::kSendMs - 1);
    connection_->output(now_);
    connection_->sent(10, now_);
    pass(1);
    EXPECT_EQ(phase(), Phase::kReset);
    EXPECT_EQ(source_.releases, 1);
}

TEST_F(SourceTest, IsResetWhenBroken) {
    begin_endless();
    source_.broken = true;
    pass(1);  // even when the socket takes nothing
    EXPECT_EQ(phase(), Phase::kReset);
    EXPECT_EQ(source_.releases, 1);
}

}  // namespace
}  // namespace peerlens

#include "device/http_listener.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <memory>
#include <string>

#include "device/client.hpp"
#include "device/loop.hpp"
#include "host/monotonic_clock.hpp"
#include "http/scripted_handler.hpp"

namespace peerlens {
namespace {

// A clock that can be set on.
struct SteppedClock final : public Clock {
    std::uint32_t now() const override { return clock.now() + ahead; }
    std::uint32_t microseconds32() const override { return clock.microseconds32(); }

    MonotonicClock clock{0xFFFF'F000};
    std::uint32_t ahead = 0;
};

class HttpListenerTest : public ::testing::Test {
protected:
    HttpListenerTest()
        : clients_(std::make_unique<std::array<HttpClient, 8>>()),
          listener_(std::make_unique<HttpListener>(service_, clients_->data(), clients_->size())) {
        service_.add(handler_);
        port_ = listener_->listen("127.0.0.1", 0);
        EXPECT_GT(port_, 0);
        loop_.add(*listener_);
    }

    // Until `done`, with everybody reading what there is for them.
    bool serve(const std::function<bool()>& done, std::initializer_list<Client*> readers = {}) {
        return within_deadline(
            [&] {
                loop_.pass(5);
                for (Client* each : readers) {
                    each->read();
                }
            },
            done);
    }
    bool serve_until(Client& client, const std::string& text) {
        return serve([&] { return client.has(text); }, {&client});
    }
    bool serve_until_over(Client& client) {
        return serve([&] { return client.is_over(); }, {&client});
    }
    void pass_some() {
        for (int i = 0; i < 5; ++i) {
            loop_.pass(1);
        }
    }

    SteppedClock clock_;
    ScriptedHandler handler_;
    HttpService service_{HttpSecrets{}};
    std::unique_ptr<std::array<HttpClient, 8>> clients_;
    std::unique_ptr<HttpListener> listener_;
    Loop loop_{clock_};
    std::uint16_t port_ = 0;
};

TEST_F(HttpListenerTest, AnswersOnTheSameConnectionAgain) {
    Client client(port_);
    for (int i = 1; i <= 3; ++i) {
        client.get("/thing");
        EXPECT_TRUE(
            serve([&] { return client.count("hello") == static_cast<std::size_t>(i); }, {&client}));
    }
    EXPECT_EQ(listener_->clients(), 1U);
    client.close();
    EXPECT_TRUE(serve([&] { return listener_->clients() == 0; }));
}

TEST_F(HttpListenerTest, ListensOnTwoPortsAndTwoKindsOfAddresses) {
    const std::uint16_t other = listener_->listen("::1", 0);
    if (other == 0) {
        GTEST_SKIP() << "no IPv6 here";
    }
    EXPECT_EQ(listener_->listen("127.0.0.1", 0), 0);  // no third
    Client client(port_);
    client.get("/thing");
    EXPECT_TRUE(serve_until(client, "hello"));
}

TEST_F(HttpListenerTest, SaysThatItCannotListen) {
    EXPECT_EQ(listener_->listen("localhost", 0), 0);
    EXPECT_EQ(listener_->listen(std::string(100, '1'), 0), 0);
    EXPECT_EQ(listener_->listen("127.0.0.1", port_), 0);  // taken
    EXPECT_EQ(errno, EADDRINUSE);
    EXPECT_GT(listener_->listen("127.0.0.1", 0), 0);
}

TEST_F(HttpListenerTest, LetsTheClientReadARefusal) {
    handler_.known = methods(HttpMethod::kPost);
    handler_.most = 10;
    Client client(port_);
    client.send("POST /thing HTTP/1.1\r\nHost: cam\r\nContent-Length: 30000\r\n\r\n" +
                std::string(30'000, 'x'));
    EXPECT_TRUE(serve_until_over(client));
    EXPECT_FALSE(client.was_reset);
    EXPECT_TRUE(client.has("413 Content Too Large"));
    client.close();
    EXPECT_TRUE(serve([&] { return listener_->clients() == 0; }));
}

TEST_F(HttpListenerTest, AnswersGarbageAndPipelinedRequests) {
    Client garbage(port_);
    garbage.send(std::string("\x16\x03\x01\x00\xff\x00", 6));
    EXPECT_TRUE(serve_until_over(garbage));
    EXPECT_TRUE(garbage.has("400 Bad Request"));

    Client pipelined(port_);
    pipelined.get("/thing", "\r\nGET /thing HTTP/1.1\r\nHost: a\r\n");
    EXPECT_TRUE(serve([&] { return pipelined.count("hello") == 2; }, {&pipelined}));

    Client oversized(port_);
    oversized.send("GET /thing HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x'));
    EXPECT_TRUE(serve_until_over(oversized));
    EXPECT_TRUE(oversized.has("431 Request Header Fields Too Large"));
}

TEST_F(HttpListenerTest, AnswersAnHttp10ClientThatHasStoppedSending) {
    Client client(port_);
    client.send("GET /thing HTTP/1.0\r\n\r\n");
    client.stop_sending();
    EXPECT_TRUE(serve_until_over(client));
    EXPECT_TRUE(client.has("hello"));
    EXPECT_TRUE(serve([&] { return listener_->clients() == 0; }));
}

TEST_F(HttpListenerTest, DropsSlowAndSilentClients) {
    Client slow(port_);
    Client silent(port_);
    slow.send("GET /thi");
    EXPECT_TRUE(serve([&] { return listener_->clients() == 2; }));
    pass_some();
    clock_.ahead += HttpConnection::kHeadMs;
    EXPECT_TRUE(serve_until_over(slow));
    EXPECT_TRUE(slow.has("408 Request Timeout"));
    EXPECT_TRUE(serve_until_over(silent));
    EXPECT_EQ(silent.received, "");
    slow.close();
    EXPECT_TRUE(serve([&] { return listener_->clients() == 0; }));
}

TEST_F(HttpListenerTest, ResetsAClientThatDoesNotReadItsAnswer) {
    static const std::string page(500'000, 'p');
    handler_.answer = [](const HttpRequest&, HttpResponse& response) {
        response.constant(200, "text/plain", page);
    };
    Client lazy(port_, 4'096);
    Client quick(port_);
    lazy.get("/thing");
    EXPECT_TRUE(serve([&] { return handler_.requests == 1; }));
    pass_some();
    quick.get("/thing");
    EXPECT_TRUE(serve([&] { return quick.received.size() > page.size(); }, {&quick}));
    quick.close();
    EXPECT_TRUE(serve([&] { return listener_->clients() == 1; }));
    clock_.ahead += HttpConnection::kSendMs;
    EXPECT_TRUE(serve([&] { return listener_->clients() == 0; }));
    EXPECT_TRUE(serve([&] { return lazy.was_reset; }, {&lazy}));
}

TEST_F(HttpListenerTest, RefusesWhoeverIsTooMuch) {
    // One address gets six places of eight. All of them are busy.
    std::deque<Client> busy;
    for (int i = 0; i < 6; ++i) {
        busy.emplace_back(port_);
        busy.back().send("GET /thing HTTP/1.1\r\n");
    }
    EXPECT_TRUE(serve([&] { return listener_->clients() == 6; }));
    pass_some();
    Client more(port_);
    more.get("/thing");
    EXPECT_TRUE(serve_until_over(more));
    EXPECT_TRUE(more.has("503 Service Unavailable"));
    EXPECT_TRUE(more.has("Retry-After: 5\r\n"));
    EXPECT_TRUE(more.has("\r\n\r\nbusy: too many connections\n"));
    // One of them finishes its request and is idle from then on: its place is free.
    busy[2].send("Host: a\r\n\r\n");
    EXPECT_TRUE(serve_until(busy[2], "hello"));
    Client late(port_);
    late.get("/thing");
    EXPECT_TRUE(serve_until(late, "hello"));
    EXPECT_TRUE(serve_until_over(busy[2]));
    EXPECT_EQ(listener_->clients(), 6U);
}

TEST_F(HttpListenerTest, ResetsAllClientsAndListensOn) {
    Client one(port_);
    one.send("GET");
    EXPECT_TRUE(serve([&] { return listener_->clients() == 1; }));
    listener_->reset_clients();
    EXPECT_TRUE(serve([&] { return one.was_reset; }, {&one}));
    Client other(port_);
    other.get("/thing");
    EXPECT_TRUE(serve_until(other, "hello"));
    listener_->close();
    Client late(port_);
    EXPECT_TRUE(serve([&] { return other.is_over(); }, {&other}));
    EXPECT_EQ(listener_->clients(), 0U);
}

TEST_F(HttpListenerTest, TakesALongBodyInPieces) {
    handler_.known = methods(HttpMethod::kPost);
    handler_.streamed = true;
    handler_.most = 1'000'000;
    Client client(port_);
    client.send("POST /thing HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
        client.send(std::string(10'000, 'b'));
        EXPECT_TRUE(serve(
            [&] { return handler_.received.size() == static_cast<std::size_t>(i + 1) * 10'000; }));
    }
    EXPECT_TRUE(serve_until(client, "hello"));
    client.send("POST /thing HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\nabc");
    client.close();
    EXPECT_TRUE(serve([&] { return handler_.aborts == 1; }));
}

}  // namespace
}  // namespace peerlens

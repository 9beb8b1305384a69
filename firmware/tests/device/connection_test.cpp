#include "device/connection.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>

namespace peerlens {
namespace {

// A server on loopback that takes one connection.
class Server {
public:
    Server() : listening_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in own{};
        own.sin_family = AF_INET;
        own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof own;
        bind(listening_, reinterpret_cast<sockaddr*>(&own), size);
        listen(listening_, 4);
        getsockname(listening_, reinterpret_cast<sockaddr*>(&own), &size);
        port_ = ntohs(own.sin_port);
    }
    ~Server() {
        close_peer();
        close(listening_);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const { return port_; }
    void accept_one() { peer_ = accept(listening_, nullptr, nullptr); }
    void say(const std::string& text) const { send(peer_, text.data(), text.size(), 0); }
    // What came, at most so much.
    std::string hear(std::size_t size) const {
        std::string heard(size, ' ');
        const ssize_t count = recv(peer_, heard.data(), size, 0);
        heard.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return heard;
    }
    void close_peer() {
        if (peer_ >= 0) {
            close(peer_);
        }
        peer_ = -1;
    }

private:
    int listening_;
    int peer_ = -1;
    std::uint16_t port_ = 0;
};

class ConnectionTest : public ::testing::Test {
protected:
    // Pass after pass as a loop does, until `done` or five seconds are over; returns the error.
    template <typename Done>
    std::string pass_until(Done done) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!done() && std::chrono::steady_clock::now() < end) {
            pollfd watched{connection_->descriptor(), connection_->events(), 0};
            poll(&watched, 1, 5);
            const std::string error(connection_->advance(watched.revents));
            if (!error.empty()) {
                return error;
            }
        }
        return done() ? "" : "nothing happened";
    }

    void connect(const std::string& host = "127.0.0.1") {
        ASSERT_EQ(connection_->connect(host, server_.port(), false), "");
        ASSERT_EQ(pass_until([&] { return connection_->is_connected(); }), "");
        server_.accept_one();
    }

    // What comes, until there are `size` bytes or the connection is over.
    std::string received(std::size_t size, std::string& error) {
        std::string all;
        pass_until([&] {
            char buffer[1000];
            std::string_view wrong;
            all += connection_->receive(buffer, sizeof buffer, wrong);
            error = wrong;
            return all.size() >= size || !error.empty();
        });
        return all;
    }

    Server server_;
    Resolver resolver_;
    std::unique_ptr<Connection> connection_ = std::make_unique<Connection>(resolver_, nullptr);
};

TEST_F(ConnectionTest, CarriesBytesBothWays) {
    EXPECT_FALSE(connection_->is_open());
    connect();
    char text[46];
    EXPECT_EQ(connection_->local_address(text, sizeof text), "127.0.0.1");
    connection_->send("hello ");
    connection_->send("server");
    ASSERT_EQ(connection_->advance(0), "");
    EXPECT_EQ(server_.hear(100), "hello server");
    EXPECT_EQ(connection_->taken(), 12u);
    server_.say("hello client");
    std::string error;
    EXPECT_EQ(received(12, error), "hello client");
    EXPECT_EQ(error, "");
}

TEST_F(ConnectionTest, ConnectsToAName) {
    connect("localhost");
    server_.say("x");
    std::string error;
    EXPECT_EQ(received(1, error), "x");
}

TEST_F(ConnectionTest, TellsWhenTheServerHasClosed) {
    connect();
    server_.say("bye");
    server_.close_peer();
    std::string error;
    EXPECT_EQ(received(100, error), "bye");
    EXPECT_EQ(error, "closed by the server");
}

TEST_F(ConnectionTest, TellsThatNobodyListens) {
    const std::uint16_t port = Server().port();
    const std::string at_once(connection_->connect("127.0.0.1", port, false));
    EXPECT_EQ(at_once.empty() ? pass_until([] { return false; }) : at_once, "Connection refused");
}

TEST_F(ConnectionTest, TellsThatANameIsUnknown) {
    ASSERT_EQ(connection_->connect("no-such-host.invalid", 80, false), "");
    EXPECT_EQ(connection_->descriptor(), -1);
    EXPECT_NE(pass_until([] { return false; }), "nothing happened");
}

TEST_F(ConnectionTest, WithoutTlsThereIsNoSecureConnection) {
    EXPECT_EQ(connection_->connect("127.0.0.1", server_.port(), true),
              "there is no TLS here: expected ws://");
    EXPECT_FALSE(connection_->is_open());
}

// Where the other end does not read, what waits is bounded, and nothing blocks.
TEST_F(ConnectionTest, HoldsNoMoreThanItsBuffers) {
    connect();
    std::size_t sent = 0;
    const std::string piece(1000, 'p');
    for (int quiet = 0; quiet < 1000; ++quiet) {
        while (connection_->room() >= piece.size()) {
            connection_->send(piece);
            sent += piece.size();
            quiet = 0;
        }
        ASSERT_EQ(connection_->advance(0), "");
    }
    EXPECT_LT(connection_->room(), piece.size());
    // The receiving end's buffers of the system are its own affair.
    EXPECT_LT(sent, 8'000'000u);
    const std::size_t taken = connection_->taken();
    connection_->send(piece + piece);  // more than there is room for: not at all
    ASSERT_EQ(connection_->advance(0), "");
    std::size_t heard = 0;
    while (heard < sent) {
        const std::size_t more = server_.hear(65'536).size();
        ASSERT_GT(more, 0u);
        heard += more;
        ASSERT_EQ(connection_->advance(0), "");
    }
    EXPECT_EQ(heard, sent);
    EXPECT_GT(connection_->taken(), taken);
}

TEST_F(ConnectionTest, BeginsAnew) {
    connect();
    connection_->send("never seen");
    connection_->close();
    EXPECT_FALSE(connection_->is_open());
    EXPECT_EQ(connection_->room(), Connection::kBuffer);
    connect();
    connection_->send("new");
    ASSERT_EQ(connection_->advance(0), "");
    EXPECT_EQ(server_.hear(100), "new");
}

}  // namespace
}  // namespace peerlens

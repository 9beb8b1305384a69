#include "device/dns_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace peerlens {
namespace {

class DnsServerTest : public ::testing::Test {
protected:
    DnsServerTest() : client_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {}
    ~DnsServerTest() override { close(client_); }

    void connect_to(std::uint16_t port) const {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ASSERT_EQ(connect(client_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    // One pass of a loop.
    void pass() {
        pollfd watched{};
        const std::size_t count = server_.watch(&watched, 1);
        poll(&watched, static_cast<nfds_t>(count), 1000);
        server_.serve(&watched, count, 0);
    }

    DnsServer server_{{127, 0, 0, 1}};
    const int client_;
};

TEST_F(DnsServerTest, AnswersWithItsAddress) {
    const std::uint16_t port = server_.open(0);
    ASSERT_NE(port, 0);
    connect_to(port);
    const std::string query(
        "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01"
        "a\x00\x00\x01\x00\x01",
        19);
    send(client_, "garbage", 7, 0);
    send(client_, query.data(), query.size(), 0);
    pass();
    char answer[600];
    const auto size = recv(client_, answer, sizeof answer, 0);
    ASSERT_EQ(size, static_cast<ssize_t>(query.size() + 16));
    EXPECT_EQ(std::string(answer + size - 4, 4), std::string("\x7F\x00\x00\x01", 4));
    EXPECT_LT(recv(client_, answer, sizeof answer, 0), 0) << "garbage is not answered";
}

TEST_F(DnsServerTest, IsSilentOnceItIsClosed) {
    const std::uint16_t port = server_.open(0);
    server_.close();
    EXPECT_FALSE(server_.is_open());
    pollfd watched{};
    EXPECT_EQ(server_.watch(&watched, 1), 0u);
    EXPECT_EQ(server_.open(port), port) << "the port is free again";
}

TEST(DnsServer, SaysWhenItCannot) {
    DnsServer server({192, 0, 2, 1});  // of no interface here
    EXPECT_EQ(server.open(0), 0);
    EXPECT_FALSE(server.is_open());
}

}  // namespace
}  // namespace peerlens

#include "device/ddns_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>

namespace peerlens {
namespace {

// A service that this test answers for.
class Service {
public:
    Service() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof address;
        EXPECT_EQ(bind(listener_, generic, size), 0);
        EXPECT_EQ(listen(listener_, 4), 0);
        getsockname(listener_, generic, &size);
        port_ = ntohs(address.sin_port);
    }
    ~Service() {
        hang_up();
        close(listener_);
    }

    std::string url() const {
        return "http://user:key@127.0.0.1:" + std::to_string(port_) + "/update?ip={address}";
    }
    // Read what there is; returns all that was read on this connection.
    const std::string& heard() {
        if (client_ < 0) {
            client_ = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
        }
        char buffer[2048];
        for (ssize_t count = 1; client_ >= 0 && count > 0;) {
            count = recv(client_, buffer, sizeof buffer, 0);
            heard_.append(buffer, count > 0 ? static_cast<std::size_t>(count) : 0);
        }
        return heard_;
    }
    void say(const std::string& text) const {
        send(client_, text.data(), text.size(), MSG_NOSIGNAL);
    }
    void hang_up() {
        if (client_ >= 0) {
            close(client_);
        }
        client_ = -1;
        heard_.clear();
    }

private:
    const int listener_;
    int client_ = -1;
    std::uint16_t port_ = 0;
    std::string heard_;
};

class DdnsClientTest : public ::testing::Test {
protected:
    void pass() {
        pollfd watched{};
        const std::size_t count = client_.watch(&watched, 1);
        poll(&watched, static_cast<nfds_t>(count), 5);
        client_.serve(&watched, count, now_);
    }
    std::string status() {
        JsonWriter json;
        ddns_.write(json, now_);
        return std::string(json.finish());
    }
    // Pass until `true_()`, for at most 5 s of real time.
    template <typename Condition>
    bool pass_until(Condition true_) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!true_() && std::chrono::steady_clock::now() < end) {
            pass();
        }
        return true_();
    }
    bool asked() { return service_.heard().find("\r\n\r\n") != std::string::npos; }

    Service service_;
    const std::string url_ = service_.url();
    Ddns ddns_{url_};
    DdnsClient client_{ddns_, nullptr};
    std::uint32_t now_ = 1000;
};

TEST_F(DdnsClientTest, TellsTheService) {
    pass();
    ddns_.set_address("192.0.2.7");
    ASSERT_TRUE(pass_until([&] { return asked(); }));
    EXPECT_EQ(service_.heard().substr(0, 36), "GET /update?ip=192.0.2.7 HTTP/1.1\r\nH");
    EXPECT_NE(service_.heard().find("Authorization: Basic dXNlcjprZXk=\r\n"), std::string::npos);
    service_.say("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\ngood 192.0.2.7");
    service_.hang_up();
    EXPECT_TRUE(pass_until([&] {
        return status() == R"({"ddns":{"told":"192.0.2.7","failures":0}})";
    })) << status();
    pollfd watched{};
    EXPECT_EQ(client_.watch(&watched, 1), 0u) << "the connection is gone";
}

TEST_F(DdnsClientTest, GivesUpOnASilentService) {
    ddns_.set_address("192.0.2.7");
    ASSERT_TRUE(pass_until([&] { return asked(); }));
    now_ += Ddns::kAttemptMs;
    pass();
    EXPECT_EQ(status(), R"({"ddns":{"problem":"failed: it took too long","failures":1}})");
    service_.hang_up();
    now_ += Ddns::kPauseMs;
    EXPECT_TRUE(pass_until([&] { return asked(); })) << "and tries again";
}

TEST_F(DdnsClientTest, SurvivesOneThatNeverStopsTalking) {
    ddns_.set_address("192.0.2.7");
    ASSERT_TRUE(pass_until([&] { return asked(); }));
    for (int i = 0; i < 50; ++i) {
        service_.say("HTTP/1.1 200 OK\r\n" + std::string(4000, 'x'));
        pass();
    }
    now_ += Ddns::kAttemptMs;
    EXPECT_TRUE(pass_until([&] { return status().find("told") != std::string::npos; }));
}

TEST_F(DdnsClientTest, BeginsNothingWhileItIsHeld) {
    client_.hold(true);
    ddns_.set_address("192.0.2.7");
    for (int i = 0; i < 20; ++i) {
        pass();
    }
    EXPECT_FALSE(asked());
    client_.hold(false);
    EXPECT_TRUE(pass_until([&] { return asked(); }));
}

TEST(DdnsClient, SaysWhatIsMissing) {
    Ddns ddns("https://127.0.0.1:1/");
    DdnsClient client(ddns, nullptr);
    ddns.set_address("192.0.2.7");
    JsonWriter json;
    for (int i = 0; i < 200; ++i) {
        client.serve(nullptr, 0, 1000);
    }
    ddns.write(json, 1000);
    EXPECT_NE(json.finish().find(R"("problem":"failed: )"), std::string_view::npos);
}

}  // namespace
}  // namespace peerlens

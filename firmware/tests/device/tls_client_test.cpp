// Certificates and handshakes are tested in tests/firmware, against a real server.
#include "device/crypto/tls_client.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "host/system_random.hpp"
#include "host/system_trust.hpp"

namespace peerlens {
namespace {

class SetClock final : public WallClock {
public:
    std::int64_t seconds() override { return now; }

    std::int64_t now = 0;
};

class TlsClientTest : public ::testing::Test {
protected:
    TlsClientTest() { socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_); }
    ~TlsClientTest() override {
        client_.end();
        close(ends_[0]);
        close(ends_[1]);
    }

    int ends_[2] = {-1, -1};
    SystemRandom random_;
    SetClock clock_;
    SystemTrust trust_;
    TlsClient client_{random_, clock_, trust_};
};

TEST_F(TlsClientTest, WaitsForTheClockToBeSet) {
    EXPECT_FALSE(client_.begin(ends_[0], "camera.test"));
    EXPECT_EQ(client_.reason(),
              "the clock is not set yet, so no certificate can be checked: waiting for SNTP");
    clock_.now = 1'800'000'000;
    ASSERT_TRUE(client_.begin(ends_[0], "camera.test")) << client_.reason();
    EXPECT_EQ(client_.handshake(), Tls::Progress::kAgain);
    char hello[600];
    const ssize_t size = recv(ends_[1], hello, sizeof hello, 0);
    ASSERT_GT(size, 0);
    EXPECT_EQ(hello[0], 22) << "a handshake record";
    EXPECT_NE(std::string(hello, static_cast<std::size_t>(size)).find("camera.test"),
              std::string::npos);
}

TEST_F(TlsClientTest, TellsThatTheServerHasGone) {
    clock_.now = 1'800'000'000;
    ASSERT_TRUE(client_.begin(ends_[0], "camera.test"));
    shutdown(ends_[1], SHUT_WR);
    Tls::Progress progress = Tls::Progress::kAgain;
    for (int i = 0; i < 10 && progress == Tls::Progress::kAgain; ++i) {
        progress = client_.handshake();
    }
    EXPECT_EQ(progress, Tls::Progress::kFailed);
    EXPECT_EQ(client_.reason(), "TLS handshake: closed by the server");
}

TEST_F(TlsClientTest, RefusesAnAuthorityThatIsNone) {
    EXPECT_EQ(client_.trust("-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n"),
              "the authority's certificate is not one: expected PEM");
    EXPECT_EQ(client_.trust("hello"), "the authority's certificate is not one: expected PEM");
    EXPECT_EQ(client_.trust(""), "");
}

TEST_F(TlsClientTest, RefusesANameThatIsTooLong) {
    clock_.now = 1'800'000'000;
    EXPECT_FALSE(client_.begin(ends_[0], std::string(256, 'h')));
    EXPECT_EQ(client_.reason(), "the server's name is too long");
}

}  // namespace
}  // namespace peerlens

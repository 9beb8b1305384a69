#include "base/http_url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

TEST(HttpUrl, HasAllParts) {
    const auto url = parse_http_url("https://user:pass@[2001:db8::1]:8443/update?a=b&c=@");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->secure);
    EXPECT_EQ(url->credentials, "user:pass");
    EXPECT_EQ(url->host, "2001:db8::1");
    EXPECT_EQ(url->port, 8443);
    EXPECT_EQ(url->authority, "[2001:db8::1]:8443");
    EXPECT_EQ(url->target, "/update?a=b&c=@");
}

TEST(HttpUrl, LeavesOutWhatMayBe) {
    const auto plain = parse_http_url("http://example.org");
    ASSERT_TRUE(plain);
    EXPECT_FALSE(plain->secure);
    EXPECT_EQ(plain->port, 80);
    EXPECT_EQ(plain->host, "example.org");
    EXPECT_EQ(plain->target, "");
    const auto secure = parse_http_url("https://example.org?q");
    ASSERT_TRUE(secure);
    EXPECT_EQ(secure->port, 443);
    EXPECT_EQ(secure->target, "?q");
}

TEST(HttpUrl, RefusesWhatIsNone) {
    // clang-format off
    for (const char* bad :
         {"", "http://", "https://", "http:/x", "ws://x", "ftp://x", "HTTP://x", "http://:80",
          "http://x:", "http://x:0", "http://x:65536", "http://x:8a", "http://[::1", "http://[]/",
          "http://[::1]x", "http://a b", "http://x/#f", "http://x/\n", "http://x/\x7f",
          "http://x/\"", "http://é", "http://a_b{c}", "http://u@"}) {
        // clang-format on
        EXPECT_FALSE(parse_http_url(bad)) << bad;
    }
    EXPECT_FALSE(parse_http_url("http://" + std::string(254, 'a')));
    EXPECT_TRUE(parse_http_url("http://" + std::string(253, 'a')));
}

}  // namespace
}  // namespace peerlens

#include "websocket/server_url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

void expect_parts(const std::string& text, bool secure, const std::string& host, std::uint16_t port,
                  const std::string& authority, const std::string& path) {
    SCOPED_TRACE(text);
    const auto url = parse_server_url(text);
    ASSERT_TRUE(url.has_value());
    EXPECT_EQ(url->secure, secure);
    EXPECT_EQ(url->host, host);
    EXPECT_EQ(url->port, port);
    EXPECT_EQ(url->authority, authority);
    EXPECT_EQ(url->path, path);
}

TEST(ServerUrl, HasItsParts) {
    expect_parts("ws://car.local/ws/board", false, "car.local", 80, "car.local", "/ws/board");
    expect_parts("wss://cam.example.org", true, "cam.example.org", 443, "cam.example.org", "/");
    expect_parts("wss://cam.example.org:8443/ws?x=1", true, "cam.example.org", 8443,
                 "cam.example.org:8443", "/ws?x=1");
    expect_parts("ws://192.168.0.2:8080/", false, "192.168.0.2", 8080, "192.168.0.2:8080", "/");
    expect_parts("wss://[fd00::1]/ws", true, "fd00::1", 443, "[fd00::1]", "/ws");
    expect_parts("ws://[::1]:8080/ws", false, "::1", 8080, "[::1]:8080", "/ws");
    expect_parts("ws://h:65535", false, "h", 65535, "h:65535", "/");
}

TEST(ServerUrl, IsRefusedOtherwise) {
    for (const char* text : {"",           "ws:/",       "ws://",           "wss://",
                             "http://h/",  "WS://h/",    "ws:///ws",        "ws://:80/",
                             "ws://h:/",   "ws://h:0/",  "ws://h:65536/",   "ws://h:123456/",
                             "ws://h:8o/", "ws://h:-1/", "ws://me@h/",      "ws://h/#top",
                             "ws://h/a b", "ws://h/\n",  "ws://h\r\nX: y/", "ws://h?x",
                             "ws://[::1",  "ws://[]/",   "ws://[::1]x/",    "ws://[::1]80/",
                             "ws://::1/",  "ws://a\\b/", "ws://h/\x80"}) {
        EXPECT_FALSE(parse_server_url(text).has_value()) << text;
    }
    EXPECT_TRUE(parse_server_url("ws://" + std::string(253, 'h')).has_value());
    EXPECT_FALSE(parse_server_url("ws://" + std::string(254, 'h')).has_value());
}

}  // namespace
}  // namespace peerlens

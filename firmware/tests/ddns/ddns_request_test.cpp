#include "ddns/ddns_request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

std::string request(std::string_view url) {
    return std::string(write_ddns_request(url, "192.0.2.7"));
}

TEST(DdnsRequest, CarriesAddressAndCredentials) {
    EXPECT_EQ(request("https://us%65r:p%3Ass@example.org:8443/nic/update?ip={address}&h=a"),
              "GET /nic/update?ip=192.0.2.7&h=a HTTP/1.1\r\nHost: example.org:8443\r\n"
              "Authorization: Basic dXNlcjpwOnNz\r\nUser-Agent: Peerlens\r\n"
              "Accept: text/plain\r\nConnection: close\r\n\r\n");
}

TEST(DdnsRequest, AlwaysHasASlash) {
    EXPECT_EQ(request("http://a").substr(0, 15), "GET / HTTP/1.1\r");
    EXPECT_EQ(request("http://a?ip={address}{address}").substr(0, 37),
              "GET /?ip=192.0.2.7192.0.2.7 HTTP/1.1\r");
}

TEST(DdnsRequest, IsNoneWithoutAUrlAndWhenTooLong) {
    EXPECT_EQ(request(""), "");
    EXPECT_EQ(request("ws://a"), "");
    std::string url = "http://a/";
    for (int i = 0; i < 150; ++i) {
        url += "{address}";
    }
    EXPECT_EQ(request(url), "");
}

TEST(DdnsRequest, TellsWhatAnAnswerMeans) {
    const auto outcome = [](const std::string& status, const std::string& body) {
        return outcome_of("HTTP/1.1 " + status + "\r\nA: b\r\n\r\n" + body);
    };
    for (const char* good : {"good 192.0.2.7", "nochg 192.0.2.7", "OK", "", "b\r\ngood 1.2.3.4"}) {
        EXPECT_EQ(outcome("200 OK", good), DdnsOutcome::kDone) << good;
    }
    for (const char* bad : {"badauth", "nohost\n", "abuse", "KO", "2\r\nKO\r\n0"}) {
        EXPECT_EQ(outcome("200 OK", bad), DdnsOutcome::kRefused) << bad;
    }
    EXPECT_EQ(outcome("200 OK", "911"), DdnsOutcome::kLater);
    EXPECT_EQ(outcome("401 Unauthorized", "good"), DdnsOutcome::kRefused);
    EXPECT_EQ(outcome("301 Moved", ""), DdnsOutcome::kRefused);
    EXPECT_EQ(outcome("429 Too Many", ""), DdnsOutcome::kLater);
    EXPECT_EQ(outcome("503 Busy", ""), DdnsOutcome::kLater);
    for (const char* none : {"", "HTTP/1.1 20", "SSH-2.0-x 200 OK", "HTTP/2 200 OK"}) {
        EXPECT_EQ(outcome_of(none), DdnsOutcome::kLater) << none;
    }
}

}  // namespace
}  // namespace peerlens

#include "http/http_response.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace peerlens {
namespace {

class CountingSource final : public HttpSource {
public:
    std::string_view next() override { return {}; }
    void sent(std::size_t) override {}
    bool at_end() const override { return true; }
    void released() override { ++releases; }

    int releases = 0;
};

class HttpResponseTest : public ::testing::Test {
protected:
    HttpResponseTest() { response_.begin(); }

    std::string head(bool keep_alive = true) {
        std::array<char, 1024> buffer;
        return {buffer.data(), response_.write_head(buffer.data(), buffer.size(), keep_alive)};
    }

    HttpResponse response_;
};

TEST_F(HttpResponseTest, WritesHeadAndText) {
    response_.header("Retry-After", "5");
    response_.json(200, "{}");
    EXPECT_EQ(head(),
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
              "Connection: keep-alive\r\nCache-Control: no-store\r\n"
              "X-Content-Type-Options: nosniff\r\nRetry-After: 5\r\n\r\n");
    EXPECT_EQ(response_.bytes(), "{}");
    EXPECT_NE(head(false).find("Connection: close\r\n"), std::string::npos);
}

TEST_F(HttpResponseTest, IsAnErrorUntilSomethingIsSaid) {
    EXPECT_EQ(response_.status(), 500);
    EXPECT_EQ(response_.bytes(), "");
}

TEST_F(HttpResponseTest, RefusesInWordsAndCutsThem) {
    response_.refuse(400, "fps 'x'", ": expected ", "1 to 60");
    EXPECT_EQ(response_.bytes(), "fps 'x': expected 1 to 60\n");
    response_.refuse(400, "short ", std::string(HttpResponse::kText, 'x'), "never");
    EXPECT_EQ(response_.bytes(), "short \n");
}

TEST_F(HttpResponseTest, SaysThatATextIsTooLong) {
    response_.text(200, std::string(HttpResponse::kText, 'x'));
    EXPECT_EQ(response_.status(), 200);
    response_.text(200, std::string(HttpResponse::kText + 1, 'x'));
    EXPECT_EQ(response_.status(), 500);
    EXPECT_EQ(response_.bytes(), "the answer is too long\n");
}

TEST_F(HttpResponseTest, SendsConstantsFromWhereTheyAre) {
    constexpr std::string_view kPage = "<!doctype html>";
    response_.constant(200, "text/html", kPage);
    EXPECT_EQ(response_.bytes().data(), kPage.data());
    EXPECT_NE(head().find("Content-Length: 15\r\n"), std::string::npos);
}

TEST_F(HttpResponseTest, SaysNothingOfABodyThatThereIsNot) {
    response_.text(204, "");
    EXPECT_EQ(head().find("Content-Type: "), std::string::npos);
    EXPECT_EQ(head().find("Content-Length"), std::string::npos);
}

TEST_F(HttpResponseTest, ReleasesASourceOnce) {
    CountingSource source;
    response_.source(200, "image/jpeg", 100, source);
    EXPECT_NE(head().find("Content-Length: 100\r\n"), std::string::npos);
    response_.refuse(500, "changed its mind");
    EXPECT_EQ(source.releases, 1);
    response_.release();
    EXPECT_EQ(source.releases, 1);
    response_.endless("video/x", true, source);
    EXPECT_TRUE(response_.closes());
    EXPECT_NE(head().find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    response_.endless("video/x", false, source);
    EXPECT_EQ(source.releases, 2);
    EXPECT_EQ(head().find("Transfer-Encoding"), std::string::npos);
    EXPECT_EQ(head().find("Content-Length"), std::string::npos);
}

TEST_F(HttpResponseTest, LeavesOutAHeaderThatDoesNotFit) {
    response_.header("A", std::string(HttpResponse::kHeaders - 5, 'x'));
    response_.header("B", "y");
    response_.text(200, "");
    EXPECT_EQ(head().find("B: y"), std::string::npos);
    EXPECT_EQ(head().substr(head().size() - 4), "\r\n\r\n");
    std::array<char, 16> small;
    EXPECT_EQ(response_.write_head(small.data(), small.size(), true), 0U);
}

TEST(ReasonTest, IsKnownForWhatDevicesAnswer) {
    for (const int status : {200, 204, 400, 401, 403, 404, 405, 408, 409, 413, 414, 422, 429, 431,
                             500, 501, 503, 505}) {
        EXPECT_NE(reason_of(status), "Unknown") << status;
    }
    EXPECT_EQ(reason_of(418), "Unknown");
}

}  // namespace
}  // namespace peerlens

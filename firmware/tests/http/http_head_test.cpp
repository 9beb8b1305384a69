#include "http/http_head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

const std::string kHost = "Host: cam.local\r\n";

// Keeps the text that the request refers to.
class HttpHeadTest : public ::testing::Test {
protected:
    int read(const std::string& head) {
        head_ = head;
        request_ = {};
        refusal_ = read_head(head_, request_);
        EXPECT_EQ(refusal_.status == 0, refusal_.what.empty()) << head;
        return refusal_.status;
    }
    // A GET with these lines.
    int read_fields(const std::string& fields) {
        return read("GET / HTTP/1.1\r\n" + fields + "\r\n");
    }

    std::string head_;
    HttpRequest request_;
    HttpRefusal refusal_;
};

TEST_F(HttpHeadTest, ReadsWhatIsOfInterest) {
    ASSERT_EQ(read("POST /update?downgrade=1&a HTTP/1.1\r\nhOST:  cam.local:8080 \r\n"
                   "Authorization: Bearer a b\r\nX-Other: \t\r\nContent-Type: text/html\r\n"
                   "Content-Length: 123456789012\r\nOrigin: http://cam.local\r\n"
                   "expect: 100-Continue\r\n\r\n"),
              0);
    EXPECT_EQ(request_.method, HttpMethod::kPost);
    EXPECT_EQ(request_.path, "/update");
    EXPECT_EQ(request_.query, "downgrade=1&a");
    EXPECT_EQ(request_.host, "cam.local:8080");
    EXPECT_EQ(request_.authorization, "Bearer a b");
    EXPECT_EQ(request_.content_type, "text/html");
    EXPECT_EQ(request_.content_length, 123'456'789'012U);
    EXPECT_EQ(request_.origin, "http://cam.local");
    EXPECT_TRUE(request_.expects_continue);
    EXPECT_TRUE(request_.keep_alive);
    EXPECT_FALSE(request_.is_http_1_0);
}

TEST_F(HttpHeadTest, KeepsTheConnectionAsTheVersionAndTheClientWant) {
    ASSERT_EQ(read_fields(kHost + "Connection: foo, Close\r\n"), 0);
    EXPECT_FALSE(request_.keep_alive);
    ASSERT_EQ(read("GET / HTTP/1.0\r\n\r\n"), 0);
    EXPECT_TRUE(request_.is_http_1_0);
    EXPECT_FALSE(request_.keep_alive);
    ASSERT_EQ(read("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), 0);
    EXPECT_TRUE(request_.keep_alive);
    ASSERT_EQ(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n"), 0);
    EXPECT_FALSE(request_.keep_alive);
}

TEST_F(HttpHeadTest, RefusesFirstLinesThatAreNotARequests) {
    const std::string rest = "\r\n" + kHost + "\r\n";
    EXPECT_EQ(read("GET" + rest), 400);
    EXPECT_EQ(read("GET /" + rest), 400);
    EXPECT_EQ(read("GET  / HTTP/1.1" + rest), 400);
    EXPECT_EQ(read("GET / HTTP/1.1 " + rest), 400);
    EXPECT_EQ(read(" GET / HTTP/1.1" + rest), 400);
    EXPECT_EQ(read("G(T / HTTP/1.1" + rest), 400);
    EXPECT_EQ(read("GET /\x01 HTTP/1.1" + rest), 400);
    EXPECT_EQ(read("GET /\xC3\xA4 HTTP/1.1" + rest), 400);
    EXPECT_EQ(read("GET http://cam.local/ HTTP/1.1" + rest), 400);
    EXPECT_EQ(read("OPTIONS * HTTP/1.1" + rest), 400);
    EXPECT_EQ(read("GET / http/1.1" + rest), 400);
    EXPECT_EQ(read("GET / HTTP/1.1\n" + rest), 400);
    EXPECT_EQ(read("GET / HTTP/2.0" + rest), 505);
    EXPECT_EQ(read("GET / HTTP/1.2" + rest), 505);
    EXPECT_EQ(read("BREW / HTTP/1.1" + rest), 501);
    EXPECT_EQ(read("get / HTTP/1.1" + rest), 501);
    EXPECT_EQ(read("GET /" + std::string(511, 'a') + " HTTP/1.1" + rest), 0);
    EXPECT_EQ(read("GET /" + std::string(512, 'a') + " HTTP/1.1" + rest), 414);
}

TEST_F(HttpHeadTest, RefusesFieldsThatCanBeReadTwoWays) {
    EXPECT_EQ(read_fields(""), 400);  // no Host
    EXPECT_EQ(read_fields(kHost + kHost), 400);
    EXPECT_EQ(read_fields("Host: a b\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + "X : y\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + " folded: y\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + "X: y\r\n folded\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + "no colon\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + ": no name\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + "X: a\nY: b\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + "X: a\rY: b\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + std::string("X: a\0b\r\n", 8)), 400);
    EXPECT_EQ(read_fields(kHost + "Authorization: a\r\nAuthorization: b\r\n"), 400);
}

TEST_F(HttpHeadTest, RefusesLengthsThatAreNone) {
    for (const char* wrong : {"", "-1", "+1", "1.0", "0x10", "1 2", "1,1", "1234567890123"}) {
        EXPECT_EQ(read_fields(kHost + "Content-Length: " + wrong + "\r\n"), 400) << wrong;
    }
    EXPECT_EQ(read_fields(kHost + "Content-Length: 1\r\nContent-Length: 2\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + "Content-Length: 2\r\nContent-Length: 2\r\n"), 0);
    EXPECT_EQ(request_.content_length, 2U);
    EXPECT_EQ(read_fields(kHost + "Transfer-Encoding: chunked\r\n"), 501);
    EXPECT_EQ(read_fields(kHost + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400);
    EXPECT_EQ(read_fields(kHost + "Expect: magic\r\n"), 417);
}

TEST_F(HttpHeadTest, BoundsTheNumberOfFields) {
    std::string fields = kHost;
    for (std::size_t i = 1; i < kMaxFields; ++i) {
        fields += "X: y\r\n";
    }
    EXPECT_EQ(read_fields(fields), 0);
    EXPECT_EQ(read_fields(fields + "X: y\r\n"), 431);
}

TEST(EndOfHeadTest, IsFoundWhereverTheBytesWereCut) {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
    const std::size_t end = bytes.size() - 4;
    for (std::size_t seen = 0; seen < end; ++seen) {
        EXPECT_EQ(end_of_head(bytes.substr(0, seen), 0), 0U);
        EXPECT_EQ(end_of_head(bytes, seen), end) << seen;
    }
}

}  // namespace
}  // namespace peerlens

#include "http/http_service.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "http/scripted_handler.hpp"

namespace peerlens {
namespace {

constexpr HttpSecrets kSecrets{"admin", "p", "t0k3n", false};

class HttpServiceTest : public ::testing::Test {
protected:
    HttpServiceTest() {
        service_.add(handler_);
        request_.path = "/thing";
        request_.host = "cam.local";
        request_.from = RemoteAddress::v4(10, 0, 0, 1);
    }

    // The status with which it is refused; 0 when it is admitted.
    int admit() {
        response_.begin();
        return service_.admit(request_, response_) == &handler_ ? 0 : response_.status();
    }
    std::string head() {
        std::array<char, 1024> buffer;
        return {buffer.data(), response_.write_head(buffer.data(), buffer.size(), true)};
    }
    bool says(const std::string& line) {
        return head().find("\r\n" + line + "\r\n") != std::string::npos;
    }

    ScriptedHandler handler_;
    HttpService service_{kSecrets};
    HttpRequest request_;
    HttpResponse response_;
};

TEST_F(HttpServiceTest, FindsTheHandler) {
    EXPECT_EQ(admit(), 0);
    request_.path = "/other";
    EXPECT_EQ(admit(), 404);
    EXPECT_EQ(response_.bytes(), "nothing is at /other\n");
}

TEST_F(HttpServiceTest, SaysWhichMethodsThereAre) {
    request_.method = HttpMethod::kHead;
    EXPECT_EQ(admit(), 0);
    request_.method = HttpMethod::kPut;
    EXPECT_EQ(admit(), 405);
    EXPECT_TRUE(says("Allow: GET, HEAD, OPTIONS"));
    handler_.known = methods(HttpMethod::kPost);
    EXPECT_EQ(admit(), 405);
    EXPECT_TRUE(says("Allow: POST, OPTIONS"));
}

TEST_F(HttpServiceTest, AsksForCredentials) {
    handler_.asked = HttpAccess::kLook;
    EXPECT_EQ(admit(), 401);
    EXPECT_TRUE(says("WWW-Authenticate: Basic realm=\"peerlens\", Bearer realm=\"peerlens\""));
    request_.authorization = "Bearer t0k3n";
    EXPECT_EQ(admit(), 0);
    handler_.asked = HttpAccess::kAdmin;
    EXPECT_EQ(admit(), 403);
    EXPECT_EQ(response_.bytes(), "the token may only look: expected user and password\n");
    request_.authorization = "Basic YWRtaW46cA==";
    EXPECT_EQ(admit(), 0);
    service_.set_secrets({"admin", "new", "", false});
    EXPECT_EQ(admit(), 401);
}

TEST_F(HttpServiceTest, LetsNobodyGuessForLong) {
    handler_.asked = HttpAccess::kLook;
    request_.authorization = "Bearer wrong";
    for (std::uint32_t i = 0; i < Guesses::kAtOnce; ++i) {
        EXPECT_EQ(admit(), 401);
    }
    EXPECT_EQ(admit(), 429);
    EXPECT_TRUE(says("Retry-After: 11"));
    // Otherwise it would be known which one was right.
    request_.authorization = "Bearer t0k3n";
    EXPECT_EQ(admit(), 429);
    // Neither others nor what needs no secret are held up.
    request_.authorization = "";
    EXPECT_EQ(admit(), 401);
    handler_.asked = HttpAccess::kPublic;
    request_.authorization = "Bearer wrong";
    EXPECT_EQ(admit(), 0);
    handler_.asked = HttpAccess::kLook;
    request_.authorization = "Bearer t0k3n";
    request_.from = RemoteAddress::v4(10, 0, 0, 2);
    EXPECT_EQ(admit(), 0);
    request_.from = RemoteAddress::v4(10, 0, 0, 1);
    request_.now = 10'000;
    EXPECT_EQ(admit(), 0);
}

TEST_F(HttpServiceTest, IsNotTrickedIntoForgettingGuessesByTheToken) {
    handler_.asked = HttpAccess::kAdmin;
    int refused = 0;
    for (int i = 0; i < 20; ++i) {
        request_.authorization = i % 2 == 0 ? "Bearer t0k3n" : "Basic YWRtaW46eA==";
        refused += admit() == 429 ? 1 : 0;
    }
    EXPECT_GE(refused, 10);
}

TEST_F(HttpServiceTest, RefusesChangesThatAnotherSitesPageWants) {
    handler_.known = HttpMethod::kPost | HttpMethod::kGet;
    request_.method = HttpMethod::kPost;
    request_.origin = "http://evil.example";
    EXPECT_EQ(admit(), 403);
    request_.origin = "null";
    EXPECT_EQ(admit(), 403);
    request_.origin = "http://cam.local.evil.example";
    EXPECT_EQ(admit(), 403);
    request_.origin = "http://cam.local";
    EXPECT_EQ(admit(), 0);
    request_.method = HttpMethod::kGet;
    request_.origin = "http://evil.example";
    EXPECT_EQ(admit(), 0);
}

TEST_F(HttpServiceTest, LetsPagesOfOtherSitesReadWhatIsForThem) {
    handler_.asked = HttpAccess::kLook;
    request_.method = HttpMethod::kOptions;
    EXPECT_EQ(admit(), 204);
    EXPECT_EQ(head().find("Access-Control"), std::string::npos);
    handler_.cross_origin = true;
    EXPECT_EQ(admit(), 204);  // a preflight has no credentials
    EXPECT_TRUE(says("Access-Control-Allow-Origin: *"));
    EXPECT_TRUE(says("Access-Control-Allow-Methods: GET, HEAD, OPTIONS"));
    EXPECT_TRUE(says("Access-Control-Allow-Headers: Authorization, Content-Type"));
    request_.method = HttpMethod::kGet;
    EXPECT_EQ(admit(), 401);
    EXPECT_TRUE(says("Access-Control-Allow-Origin: *"));
}

TEST_F(HttpServiceTest, RefusesABodyThatIsTooLong) {
    request_.content_length = 1;
    EXPECT_EQ(admit(), 413);
    handler_.most = 10;
    request_.content_length = 10;
    EXPECT_EQ(admit(), 0);
    request_.content_length = 11;
    EXPECT_EQ(admit(), 413);
    EXPECT_EQ(response_.bytes(), "the body is too long: expected at most 10 bytes\n");
}

}  // namespace
}  // namespace peerlens

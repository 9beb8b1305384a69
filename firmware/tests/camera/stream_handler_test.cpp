#include "camera/stream_handler.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "camera/scripted_sensor.hpp"
#include "camera/small_store.hpp"

namespace peerlens {
namespace {

class StreamHandlerTest : public ::testing::Test {
protected:
    std::unique_ptr<HttpResponse> ask(bool is_http_1_0 = false) {
        auto response = std::make_unique<HttpResponse>();
        response->begin();
        HttpRequest request;
        request.is_http_1_0 = is_http_1_0;
        handler_.handle(request, *response);
        return response;
    }
    static std::string head(const HttpResponse& response) {
        std::array<char, 1024> buffer;
        return {buffer.data(), response.write_head(buffer.data(), buffer.size(), false)};
    }

    SmallStore<> store_;
    ScriptedSensor sensor_;
    StreamHandler handler_{store_.frames, sensor_};
};

TEST_F(StreamHandlerTest, StreamsAsCameraWebServerDoes) {
    const auto response = ask();
    EXPECT_EQ(head(*response),
              "HTTP/1.1 200 OK\r\n"
              "Content-Type: multipart/x-mixed-replace;boundary=123456789000000000000987654321\r\n"
              "Transfer-Encoding: chunked\r\nConnection: close\r\nCache-Control: no-store\r\n"
              "X-Content-Type-Options: nosniff\r\nX-Framerate: 25\r\n\r\n");
    EXPECT_EQ(head(*ask(true)).find("chunked"), std::string::npos);
}

TEST_F(StreamHandlerTest, HasTwoAndRefusesTheThird) {
    const auto one = ask();
    const auto other = ask();
    EXPECT_EQ(handler_.streams(), 2U);
    const auto third = ask();
    EXPECT_EQ(third->status(), 503);
    EXPECT_NE(head(*third).find("Retry-After: 5\r\n"), std::string::npos);
    EXPECT_EQ(third->bytes(), "busy: two streams are the most\n");
    one->release();
    EXPECT_EQ(handler_.streams(), 1U);
    EXPECT_EQ(ask()->status(), 200);
}

TEST_F(StreamHandlerTest, ResetsAndCutsAllOfThem) {
    const auto one = ask();
    handler_.cut(true);
    const auto other = ask();
    store_.frames.publish("jpeg", 1);
    for (const auto* each : {&one, &other}) {
        HttpSource& source = *(*each)->source();
        source.sent(source.next().size());
        EXPECT_EQ(source.next(), "jp");
    }
    handler_.reset();
    EXPECT_TRUE(one->source()->is_broken());
    EXPECT_TRUE(other->source()->is_broken());
}

TEST_F(StreamHandlerTest, IsForWhoMayLook) {
    EXPECT_EQ(handler_.access(), HttpAccess::kLook);
    EXPECT_TRUE(handler_.is_cross_origin());
}

}  // namespace
}  // namespace peerlens

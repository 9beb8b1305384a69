#include "camera/snapshot_handler.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "camera/small_store.hpp"

namespace peerlens {
namespace {

class SnapshotHandlerTest : public ::testing::Test {
protected:
    std::unique_ptr<HttpResponse> ask() {
        auto response = std::make_unique<HttpResponse>();
        response->begin();
        HttpRequest request;
        request.now = now_;
        handler_.handle(request, *response);
        return response;
    }

    std::uint32_t now_ = 0xFFFF'FFFF - 1'000;
    SmallStore<> store_;
    SnapshotHandler handler_{store_.frames};
};

TEST_F(SnapshotHandlerTest, GivesTheNewestPicture) {
    store_.frames.publish("old", 1);
    store_.frames.publish("new", 2'500'000);
    const auto response = ask();
    EXPECT_EQ(response->status(), 200);
    EXPECT_EQ(response->source()->next(), "new");
    std::array<char, 1024> buffer;
    const std::string head{buffer.data(), response->write_head(buffer.data(), buffer.size(), true)};
    EXPECT_NE(head.find("Content-Type: image/jpeg\r\nContent-Length: 3\r\n"), std::string::npos);
    EXPECT_NE(head.find("X-Timestamp: 2.500000\r\n"), std::string::npos);
    EXPECT_NE(head.find("Content-Disposition: inline; filename=capture.jpg\r\n"),
              std::string::npos);
    response->source()->sent(3);
    EXPECT_TRUE(response->source()->at_end());
}

TEST_F(SnapshotHandlerTest, ShowsNoPictureOfASensorThatHasFailed) {
    EXPECT_EQ(ask()->status(), 503);
    store_.frames.publish("jpeg", 1);
    handler_.tick(now_);
    now_ += SnapshotHandler::kStaleMs - 1;
    const auto response = ask();
    EXPECT_EQ(response->status(), 200);
    now_ += 1;
    EXPECT_EQ(ask()->status(), 503);
    EXPECT_EQ(ask()->bytes(), "the sensor gives no picture\n");
    store_.frames.publish("jpeg", 2);
    EXPECT_EQ(ask()->status(), 200);
}

TEST_F(SnapshotHandlerTest, SendsThreeAtOnce) {
    store_.frames.publish("jpeg", 1);
    std::vector<std::unique_ptr<HttpResponse>> sending;
    for (std::size_t i = 0; i < SnapshotHandler::kMost; ++i) {
        sending.push_back(ask());
        EXPECT_EQ(sending.back()->status(), 200);
    }
    EXPECT_EQ(ask()->status(), 503);
    EXPECT_EQ(ask()->bytes(), "busy: too many pictures are being sent\n");
    sending[1]->release();
    EXPECT_EQ(ask()->status(), 200);
}

}  // namespace
}  // namespace peerlens

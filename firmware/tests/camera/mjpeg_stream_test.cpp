#include "camera/mjpeg_stream.hpp"

#include <gtest/gtest.h>

#include <string>

#include "camera/small_store.hpp"

namespace peerlens {
namespace {

const std::string kDelimiter = "\r\n--123456789000000000000987654321\r\n";

std::string header(std::size_t size, const std::string& time) {
    return "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(size) +
           "\r\nX-Timestamp: " + time + "\r\n\r\n";
}

class MjpegStreamTest : public ::testing::Test {
protected:
    std::string take(std::size_t most = 1000) {
        std::string out;
        for (;;) {
            const std::string_view piece = stream_.next().substr(0, most);
            if (piece.empty()) {
                return out;
            }
            out += piece;
            stream_.sent(piece.size());
        }
    }

    SmallStore<4> store_;
    FrameStore& frames_ = store_.frames;
    MjpegStream stream_{frames_};
};

TEST_F(MjpegStreamTest, WritesDelimiterHeaderAndPictureAsAChunkEach) {
    stream_.open(true);
    EXPECT_EQ(take(), "");
    frames_.publish(std::string(26, 'j'), 12'345'678);
    const std::string part = header(26, "12.345678");
    EXPECT_EQ(take(5), "24\r\n" + kDelimiter + "\r\n" + "48\r\n" + part + "\r\n" + "1a\r\n" +
                           std::string(26, 'j') + "\r\n");
    EXPECT_EQ(part.size(), 0x48U);
    EXPECT_EQ(kDelimiter.size(), 0x24U);
    EXPECT_EQ(stream_.frames(), 1U);
}

TEST_F(MjpegStreamTest, WritesPlainBytesForOldClients) {
    stream_.open(false);
    frames_.publish("jpeg", 1);
    EXPECT_EQ(take(), kDelimiter + header(4, "0.000001") + "jpeg");
}

TEST_F(MjpegStreamTest, BeginsWithThePictureAfterItWasOpened) {
    frames_.publish("old", 1);
    stream_.open(false);
    EXPECT_EQ(take(), "");
    frames_.publish("new", 2);
    EXPECT_NE(take().find("new"), std::string::npos);
}

TEST_F(MjpegStreamTest, FinishesAPictureAndThenSendsTheNewest) {
    stream_.open(false);
    frames_.publish("1111111111", 1);
    stream_.sent(stream_.next().size());
    EXPECT_TRUE(stream_.next() == "1111111111");
    stream_.sent(4);
    for (const char* each : {"2222222222", "3333333333", "4444444444"}) {
        frames_.publish(each, 2);
    }
    EXPECT_EQ(stream_.next(), "111111");
    EXPECT_EQ(stream_.part(), 1U);
    const std::string rest = take();
    EXPECT_EQ(rest.substr(0, 6), "111111");
    EXPECT_NE(rest.find("4444444444"), std::string::npos);
    EXPECT_EQ(rest.find("2222222222"), std::string::npos);
    EXPECT_EQ(stream_.part(), 4U);
    EXPECT_EQ(stream_.frames(), 2U);
    EXPECT_EQ(stream_.missed(), 2U);
}

TEST_F(MjpegStreamTest, SaysWhatMayShareAPacket) {
    stream_.open(true);
    frames_.publish("jpeg", 1);
    for (const bool more : {true, true, false}) {
        const std::size_t size = stream_.next().size();
        EXPECT_EQ(stream_.has_more(), more);
        stream_.sent(size);
    }
    stream_.open(false);
    frames_.publish("jpeg", 2);
    stream_.sent(stream_.next().size());
    EXPECT_FALSE(stream_.has_more());
}

TEST_F(MjpegStreamTest, CanBeResetOrCutInHalf) {
    stream_.open(false);
    stream_.cut(true);
    frames_.publish("1111111111", 1);
    const std::string out = take();
    EXPECT_EQ(out.substr(out.size() - 6), "\n11111");
    EXPECT_TRUE(stream_.is_broken());
    stream_.released();
    EXPECT_FALSE(stream_.is_broken());
    stream_.open(false);
    stream_.reset();
    frames_.publish("2222222222", 2);
    EXPECT_EQ(take(), "");
    EXPECT_TRUE(stream_.is_broken());
}

TEST_F(MjpegStreamTest, GivesBackWhatItHolds) {
    for (int i = 0; i < 20; ++i) {
        stream_.open(false);
        frames_.publish("jpeg", 1);
        ASSERT_FALSE(stream_.next().empty());
        stream_.released();
        EXPECT_FALSE(stream_.is_open());
    }
}

}  // namespace
}  // namespace peerlens

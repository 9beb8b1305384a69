#include "ddns/ddns.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

constexpr std::string_view kByAddress = "http://a/?ip={address}";
constexpr std::string_view kByLooking = "http://a/";
constexpr std::string_view kGood = "HTTP/1.1 200 OK\r\n\r\ngood";

class DdnsTest : public ::testing::Test {
protected:
    // How many attempts there are within `ms`, each with this answer.
    int attempts(Ddns& ddns, std::uint32_t ms, std::string_view answer) {
        int count = 0;
        for (const std::uint32_t end = now_ + ms; now_ != end; now_ += 500) {
            if (ddns.take_attempt(now_)) {
                ++count;
                ddns.received(answer);
                ddns.finished(now_, answer.empty() ? "nobody there" : "");
            }
        }
        return count;
    }
    std::string status(Ddns& ddns) {
        JsonWriter json;
        ddns.write(json, now_);
        return std::string(json.finish());
    }

    std::uint32_t now_ = 0xFFFF0000 / 500 * 500;  // the clock wraps soon
};

TEST_F(DdnsTest, TellsANewAddressOnce) {
    Ddns ddns(kByAddress);
    EXPECT_EQ(attempts(ddns, 60'000, kGood), 0) << "there is no address yet";
    ddns.set_address("192.0.2.7");
    EXPECT_EQ(attempts(ddns, 3'600'000, kGood), 1);
    EXPECT_NE(ddns.request().find("ip=192.0.2.7"), std::string_view::npos);
    EXPECT_EQ(status(ddns), R"({"ddns":{"told":"192.0.2.7","failures":0}})");
    ddns.set_address("");
    ddns.set_address("192.0.2.7");
    EXPECT_EQ(attempts(ddns, 3'600'000, kGood), 0) << "the service knows it";
    ddns.set_address("192.0.2.8");
    EXPECT_EQ(attempts(ddns, 3'600'000, kGood), 1);
    EXPECT_EQ(attempts(ddns, Ddns::kRefreshMs, kGood), 1) << "once a day";
}

TEST_F(DdnsTest, WhereTheServiceLooksItIsAskedMoreOften) {
    Ddns ddns(kByLooking);
    ddns.set_address("192.168.1.7");
    EXPECT_EQ(attempts(ddns, 10 * Ddns::kLookMs, kGood), 10);
    ddns.set_address("");
    EXPECT_EQ(attempts(ddns, Ddns::kLookMs, kGood), 0);
    ddns.set_address("192.168.1.7");
    EXPECT_EQ(attempts(ddns, 60'000, kGood), 1) << "another router may have let it in";
}

TEST_F(DdnsTest, AsksAServiceInTroubleAgainButNotForEver) {
    Ddns ddns(kByAddress);
    ddns.set_address("192.0.2.7");
    EXPECT_EQ(attempts(ddns, 60'000, ""), 2);
    EXPECT_EQ(status(ddns), R"({"ddns":{"problem":"failed: nobody there","failures":2}})");
    EXPECT_EQ(attempts(ddns, 7'200'000, "HTTP/1.1 503 Busy\r\n\r\n"), Ddns::kAttempts - 2);
    EXPECT_EQ(attempts(ddns, 3'600'000, kGood), 0);
    ddns.set_address("192.0.2.8");
    EXPECT_EQ(attempts(ddns, 60'000, kGood), 1) << "a new address is a new reason";
}

TEST_F(DdnsTest, GivesUpWhenItIsRefused) {
    Ddns ddns(kByAddress);
    ddns.set_address("192.0.2.7");
    EXPECT_EQ(attempts(ddns, 60'000, "HTTP/1.1 401 No\x01\xff\r\n\r\n"), 1);
    EXPECT_EQ(status(ddns), R"({"ddns":{"problem":"refused: HTTP/1.1 401 No??","failures":1}})");
    ddns.set_address("192.0.2.8");
    EXPECT_EQ(attempts(ddns, Ddns::kRefreshMs * 2, kGood), 0);
}

TEST_F(DdnsTest, AnAddressThatComesAndGoesIsNoFlood) {
    Ddns ddns(kByAddress);
    int count = 0;
    for (int i = 0; i < 60; ++i) {
        ddns.set_address(i % 2 == 0 ? "192.0.2.7" : "192.0.2.8");
        count += attempts(ddns, 1000, kGood);
    }
    EXPECT_EQ(count, 2);
}

TEST_F(DdnsTest, AnAddressThatChangesMeanwhileIsToldNext) {
    Ddns ddns(kByAddress);
    ddns.set_address("192.0.2.7");
    ASSERT_TRUE(ddns.take_attempt(now_));
    EXPECT_FALSE(ddns.take_attempt(now_ + Ddns::kLeastMs)) << "one at a time";
    ddns.set_address("192.0.2.8");
    ddns.received(kGood);
    ddns.finished(now_, "");
    EXPECT_EQ(attempts(ddns, 60'000, kGood), 1);
    EXPECT_NE(ddns.request().find("192.0.2.8"), std::string_view::npos);
}

TEST_F(DdnsTest, DoesNothingWithoutAUrl) {
    Ddns ddns("");
    ddns.set_address("192.0.2.7");
    EXPECT_EQ(attempts(ddns, 60'000, kGood), 0);
    EXPECT_EQ(status(ddns), "{}");
}

}  // namespace
}  // namespace peerlens

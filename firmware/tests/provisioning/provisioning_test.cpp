#include "provisioning/provisioning.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

using State = ProvisioningState;

constexpr std::uint32_t kStart = 0xFFFFF000;  // the clock wraps soon

TEST(Provisioning, WithoutSettingsTheOwnNetworkIsOpenForEver) {
    Provisioning provisioning(false, kStart);
    for (std::uint32_t ms = 0; ms < 1'000'000; ms += 1000) {
        provisioning.tick(kStart + ms, false);
        EXPECT_FALSE(provisioning.take_attempt(kStart + ms));
    }
    provisioning.joined(kStart);
    provisioning.failed(kStart, WifiFailure::kOther);
    EXPECT_EQ(provisioning.state(), State::kUnprovisioned);
    EXPECT_TRUE(provisioning.has_access_point());
    EXPECT_TRUE(provisioning.is_open());
}

TEST(Provisioning, WithSettingsItJoins) {
    Provisioning provisioning(true, kStart);
    EXPECT_EQ(provisioning.state(), State::kJoining);
    EXPECT_FALSE(provisioning.has_access_point());
    EXPECT_FALSE(provisioning.is_open());
    EXPECT_TRUE(provisioning.take_attempt(kStart));
    EXPECT_FALSE(provisioning.take_attempt(kStart + 1)) << "one at a time";
    provisioning.joined(kStart + 3000);
    EXPECT_EQ(provisioning.state(), State::kJoined);
    provisioning.tick(kStart + 10'000'000, false);
    EXPECT_FALSE(provisioning.take_attempt(kStart + 10'000'000));
    EXPECT_FALSE(provisioning.has_access_point());
}

TEST(Provisioning, TriesAgainBehindAPause) {
    Provisioning provisioning(true, kStart);
    ASSERT_TRUE(provisioning.take_attempt(kStart));
    provisioning.failed(kStart + 500, WifiFailure::kWrongPassword);
    provisioning.failed(kStart + 501, WifiFailure::kWrongPassword);
    EXPECT_FALSE(provisioning.take_attempt(kStart + 500 + Provisioning::kPauseMs - 1));
    EXPECT_TRUE(provisioning.take_attempt(kStart + 500 + Provisioning::kPauseMs));
    EXPECT_EQ(provisioning.failure(), WifiFailure::kWrongPassword);
    provisioning.joined(kStart + 4000);
    EXPECT_EQ(provisioning.failure(), WifiFailure::kNone);
}

TEST(Provisioning, AnAttemptWithoutAResultHasFailed) {
    Provisioning provisioning(true, kStart);
    ASSERT_TRUE(provisioning.take_attempt(kStart));
    provisioning.tick(kStart + Provisioning::kAttemptMs - 1, false);
    EXPECT_EQ(provisioning.failure(), WifiFailure::kNone);
    provisioning.tick(kStart + Provisioning::kAttemptMs, false);
    EXPECT_EQ(provisioning.failure(), WifiFailure::kOther);
}

TEST(Provisioning, OpensItsNetworkAgainBesideTheTries) {
    Provisioning provisioning(true, kStart);
    std::uint32_t attempts = 0;
    std::uint32_t ms = 0;
    for (; provisioning.state() != State::kLost; ms += 100) {
        ASSERT_LE(ms, Provisioning::kFirstJoinMs + 100);
        if (provisioning.take_attempt(kStart + ms)) {
            ++attempts;
            provisioning.failed(kStart + ms, WifiFailure::kNotFound);
        }
        provisioning.tick(kStart + ms, false);
    }
    EXPECT_GE(ms, Provisioning::kFirstJoinMs);
    EXPECT_GE(attempts, Provisioning::kFirstJoinMs / Provisioning::kPauseMs);
    EXPECT_TRUE(provisioning.has_access_point());
    EXPECT_FALSE(provisioning.is_open()) << "there are settings: their password counts";
    attempts = 0;
    for (std::uint32_t more = 0; more < 600'000; more += 100) {
        if (provisioning.take_attempt(kStart + ms + more)) {
            ++attempts;
            provisioning.failed(kStart + ms + more, WifiFailure::kNotFound);
        }
        provisioning.tick(kStart + ms + more, false);
    }
    EXPECT_GE(attempts, 9u);
    EXPECT_LE(attempts, 10u);
    provisioning.joined(kStart + ms + 600'000);
    EXPECT_EQ(provisioning.state(), State::kJoined);
    EXPECT_FALSE(provisioning.has_access_point());
}

TEST(Provisioning, HasMorePatienceWithANetworkThatItWasIn) {
    Provisioning provisioning(true, kStart);
    ASSERT_TRUE(provisioning.take_attempt(kStart));
    provisioning.joined(kStart);
    const std::uint32_t lost = kStart + 1'000'000;
    provisioning.failed(lost, WifiFailure::kOther);
    EXPECT_EQ(provisioning.state(), State::kJoining);
    EXPECT_TRUE(provisioning.take_attempt(lost)) << "at once";
    provisioning.failed(lost, WifiFailure::kNotFound);
    provisioning.tick(lost + Provisioning::kLostMs - 1, false);
    EXPECT_EQ(provisioning.state(), State::kJoining);
    provisioning.tick(lost + Provisioning::kLostMs, false);
    EXPECT_EQ(provisioning.state(), State::kLost);
}

TEST(Provisioning, OpensNoNetworkWhileTheCarIsDriven) {
    Provisioning provisioning(true, kStart);
    provisioning.tick(kStart + Provisioning::kFirstJoinMs * 2, true);
    EXPECT_EQ(provisioning.state(), State::kJoining);
    provisioning.tick(kStart + Provisioning::kFirstJoinMs * 2 + 1, false);
    EXPECT_EQ(provisioning.state(), State::kLost);
}

}  // namespace
}  // namespace peerlens

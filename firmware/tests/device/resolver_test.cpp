#include "device/resolver.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <chrono>
#include <string>
#include <thread>

namespace peerlens {
namespace {

using Clock = std::chrono::steady_clock;

// Wait for the end of a look-up, with a deadline of its own.
Resolver::Progress ended(Resolver& resolver) {
    const auto end = Clock::now() + Resolver::kDeadline + std::chrono::seconds(5);
    while (resolver.progress() == Resolver::Progress::kPending && Clock::now() < end) {
        std::this_thread::yield();
    }
    return resolver.progress();
}

const sockaddr_in& v4(const Resolver& resolver) {
    return reinterpret_cast<const sockaddr_in&>(resolver.address(0).storage);
}

TEST(Resolver, FindsANumericAddressAtOnce) {
    Resolver resolver;
    EXPECT_EQ(resolver.progress(), Resolver::Progress::kIdle);
    resolver.start("192.168.0.2", 8080);
    ASSERT_EQ(resolver.progress(), Resolver::Progress::kFound);
    ASSERT_EQ(resolver.count(), 1u);
    EXPECT_EQ(ntohl(v4(resolver).sin_addr.s_addr), 0xC0A80002u);
    EXPECT_EQ(ntohs(v4(resolver).sin_port), 8080);
    resolver.start("fd00::1", 443);
    ASSERT_EQ(resolver.progress(), Resolver::Progress::kFound);
    EXPECT_EQ(resolver.address(0).storage.ss_family, AF_INET6);
}

TEST(Resolver, FindsAName) {
    Resolver resolver;
    resolver.start("localhost", 80);
    ASSERT_EQ(ended(resolver), Resolver::Progress::kFound);
    ASSERT_GE(resolver.count(), 1u);
    EXPECT_EQ(ntohs(v4(resolver).sin_port), 80);
}

TEST(Resolver, SaysWhyItFoundNothing) {
    Resolver resolver;
    resolver.start("no-such-host.invalid", 80);
    ASSERT_EQ(ended(resolver), Resolver::Progress::kFailed);
    EXPECT_FALSE(resolver.reason().empty());
    resolver.start("", 80);
    EXPECT_EQ(resolver.progress(), Resolver::Progress::kFailed);
    resolver.start(std::string(256, 'h'), 80);
    EXPECT_EQ(resolver.progress(), Resolver::Progress::kFailed);
    EXPECT_EQ(resolver.reason(), "the server's name is too long");
}

TEST(Resolver, ALaterQuestionReplacesTheOneBefore) {
    Resolver resolver;
    resolver.start("localhost", 80);
    resolver.start("10.0.0.1", 81);
    ASSERT_EQ(resolver.progress(), Resolver::Progress::kFound);
    EXPECT_EQ(ntohl(v4(resolver).sin_addr.s_addr), 0x0A000001u);
}

TEST(Resolver, MayEndInTheMiddleOfALookUp) {
    for (int i = 0; i < 50; ++i) {
        Resolver resolver;
        resolver.start("localhost", 80);
    }
}

}  // namespace
}  // namespace peerlens

#include "http/remote_address.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

RemoteAddress v6(std::uint8_t network, std::uint8_t interface) {
    RemoteAddress address;
    address.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, interface};
    return address;
}

TEST(RemoteAddressTest, TakesAnIpv6NetworkForOneHost) {
    EXPECT_EQ(v6(1, 1).host(), v6(1, 2).host());
    EXPECT_FALSE(v6(1, 1).host() == v6(2, 1).host());
    EXPECT_FALSE(v6(1, 1) == v6(1, 2));
}

TEST(RemoteAddressTest, TellsIpv4AddressesApart) {
    const RemoteAddress one = RemoteAddress::v4(192, 168, 0, 1);
    EXPECT_TRUE(one.is_v4());
    EXPECT_FALSE(v6(1, 1).is_v4());
    EXPECT_FALSE(RemoteAddress().is_v4());
    EXPECT_EQ(one.host(), one);
    EXPECT_FALSE(one.host() == RemoteAddress::v4(192, 168, 0, 2).host());
}

}  // namespace
}  // namespace peerlens

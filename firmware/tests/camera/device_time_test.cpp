#include "camera/device_time.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

std::string shown(std::uint64_t us) {
    char buffer[28];
    TextWriter text(buffer, sizeof buffer);
    add_device_time(text, us);
    return std::string(text.view());
}

TEST(DeviceTimeTest, IsInSecondsWithSixDigits) {
    EXPECT_EQ(shown(0), "0.000000");
    EXPECT_EQ(shown(1'000'001), "1.000001");
    EXPECT_EQ(shown(4'294'967'296'999'999), "4294967296.999999");  // 136 years
}

}  // namespace
}  // namespace peerlens

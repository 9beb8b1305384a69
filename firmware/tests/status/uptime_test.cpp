#include "status/uptime.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace peerlens {
namespace {

TEST(UptimeTest, GoesOnWhenTheClockWraps) {
    Uptime uptime;
    uptime.tick(5'900);
    EXPECT_EQ(uptime.seconds(), 5U);
    uptime.tick(0xFFFF'FFFF);
    uptime.tick(2'000);
    EXPECT_EQ(uptime.seconds(), 4'294'969U);  // 2^32 + 2000 ms
    JsonWriter json;
    uptime.write(json, 12'000);
    EXPECT_EQ(nlohmann::json::parse(json.finish()).at("uptime_s"), 4'294'979);
}

}  // namespace
}  // namespace peerlens

#include "drive/freshness.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "vectors.hpp"

namespace peerlens {
namespace {

TEST(Freshness, IsAsTheVectorsSay) {
    const nlohmann::json cases = load_vectors("drive/freshness.json").at("cases");
    ASSERT_GE(cases.size(), 20u);
    for (const nlohmann::json& each : cases) {
        SCOPED_TRACE(each.at("name").get<std::string>());
        const Heard heard{each.at("atMs"), each.at("heldMs")};
        const bool fresh = is_fresh(heard, each.at("nowMs"), each.at("ttlMs"));
        EXPECT_EQ(fresh, each.at("fresh").get<bool>());
    }
}

TEST(Freshness, TimesBeyondTheClockAreReckonedModuloItsRange) {
    EXPECT_TRUE(is_fresh({4294967296.0 + 1000, 0}, 1100, 200));
    EXPECT_FALSE(is_fresh({4294967296.0 * 7 + 1000, 0}, 1300, 200));
}

TEST(Freshness, WhatIsNoNumberIsNeverFresh) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(is_fresh({nan, 0}, 1000, 200));
    EXPECT_FALSE(is_fresh({1000, nan}, 1000, 200));
    EXPECT_FALSE(is_fresh({1000, 0}, 1000, nan));
}

}  // namespace
}  // namespace peerlens

#include "http/http_bodies.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(HttpBodiesTest, HasTwoAndGivesThemAgain) {
    HttpBodies bodies;
    char* const one = bodies.take();
    char* const other = bodies.take();
    ASSERT_NE(one, nullptr);
    ASSERT_NE(other, nullptr);
    EXPECT_NE(one, other);
    EXPECT_EQ(bodies.take(), nullptr);
    bodies.give_back(one);
    EXPECT_EQ(bodies.take(), one);
    EXPECT_EQ(bodies.take(), nullptr);
}

}  // namespace
}  // namespace peerlens

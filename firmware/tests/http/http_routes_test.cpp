#include "http/http_routes.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "http/scripted_handler.hpp"

namespace peerlens {
namespace {

TEST(HttpRoutesTest, FindsWhoIsAtAPathExactly) {
    HttpRoutes routes;
    ScriptedHandler one("/one");
    ScriptedHandler other("/other");
    routes.add(one);
    routes.add(other);
    EXPECT_EQ(routes.find("/other"), &other);
    EXPECT_EQ(routes.find("/other/"), nullptr);
    EXPECT_EQ(routes.find("/"), nullptr);
    EXPECT_EQ(routes.find("/ONE"), nullptr);
    routes.tick(1);
    EXPECT_EQ(one.ticks, 1);
    EXPECT_EQ(other.ticks, 1);
}

TEST(HttpRoutesTest, HasRoomForSixteen) {
    HttpRoutes routes;
    std::deque<ScriptedHandler> handlers(HttpRoutes::kMost + 1);
    for (std::size_t i = 0; i < HttpRoutes::kMost; ++i) {
        EXPECT_TRUE(routes.add(handlers[i]));
    }
    EXPECT_FALSE(routes.add(handlers.back()));
}

}  // namespace
}  // namespace peerlens

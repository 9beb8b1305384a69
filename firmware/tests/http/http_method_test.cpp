#include "http/http_method.hpp"

#include <gtest/gtest.h>

namespace peerlens {
namespace {

TEST(HttpMethodTest, IsFoundByItsNameAsWritten) {
    EXPECT_EQ(http_method_named("PATCH"), HttpMethod::kPatch);
    EXPECT_EQ(http_method_named("get"), std::nullopt);
    EXPECT_EQ(http_method_named("BREW"), std::nullopt);
    EXPECT_EQ(http_method_named(""), std::nullopt);
}

TEST(HttpMethodTest, MakesSets) {
    const HttpMethods set = HttpMethod::kGet | HttpMethod::kPatch;
    EXPECT_TRUE(holds(set, HttpMethod::kGet));
    EXPECT_TRUE(holds(set, HttpMethod::kPatch));
    EXPECT_FALSE(holds(set, HttpMethod::kPost));
    EXPECT_FALSE(holds(methods(HttpMethod::kGet), HttpMethod::kHead));
}

TEST(HttpMethodTest, KnowsWhichChangeNothing) {
    EXPECT_TRUE(is_safe(HttpMethod::kGet));
    EXPECT_TRUE(is_safe(HttpMethod::kOptions));
    EXPECT_FALSE(is_safe(HttpMethod::kPost));
    EXPECT_FALSE(is_safe(HttpMethod::kDelete));
}

}  // namespace
}  // namespace peerlens

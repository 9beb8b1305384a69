#include "http/status_handler.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace peerlens {
namespace {

struct NamedPart final : public StatusPart {
    explicit NamedPart(std::string name) : name(std::move(name)) {}
    void write(JsonWriter& json, std::uint32_t now) override { json.add(name, now); }

    std::string name;
};

TEST(StatusHandlerTest, JoinsItsParts) {
    const auto status = std::make_unique<StatusHandler>();
    const auto response = std::make_unique<HttpResponse>();
    NamedPart one("one");
    NamedPart other("other");
    EXPECT_TRUE(status->add(one));
    EXPECT_TRUE(status->add(other));
    HttpRequest request;
    request.now = 7;
    for (int i = 0; i < 2; ++i) {
        response->begin();
        status->handle(request, *response);
        EXPECT_EQ(response->status(), 200);
        EXPECT_EQ(response->bytes(), R"({"one":7,"other":7})");
    }
    EXPECT_EQ(status->access(), HttpAccess::kLook);
}

TEST(StatusHandlerTest, HasRoomForEight) {
    const auto status = std::make_unique<StatusHandler>();
    NamedPart part("part");
    for (std::size_t i = 0; i < StatusHandler::kMost; ++i) {
        EXPECT_TRUE(status->add(part));
    }
    EXPECT_FALSE(status->add(part));
}

}  // namespace
}  // namespace peerlens

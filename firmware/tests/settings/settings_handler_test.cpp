#include "settings/settings_handler.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fixed_random.hpp"
#include "memory_store.hpp"

namespace peerlens {
namespace {

class Control final : public DeviceControl {
public:
    std::string_view obstacle() const override { return wrong; }
    void restart() override { ++restarts; }

    std::string_view wrong;
    int restarts = 0;
};

class Window final : public SetupWindow {
public:
    bool is_open() const override { return open; }

    bool open = false;
};

class SettingsHandlerTest : public ::testing::Test {
protected:
    SettingsHandlerTest() {
        keeper_.load(buffer_, random_);
        request_.host = "192.168.4.1";
        request_.content_type = "application/json";
    }

    // The status; the answer's text is in response_.
    int ask(HttpHandler& handler, HttpMethod method, std::string_view body = {}) {
        request_.method = method;
        request_.body = body;
        response_.begin();
        handler.handle(request_, response_);
        return response_.status();
    }

    MemoryStore store_;
    Settings factory_;
    SettingsKeeper keeper_{store_, DeviceKind::kCamera, factory_};
    Control control_;
    Window window_;
    SettingsHandler settings_{keeper_, control_, window_};
    RestartHandler restart_{keeper_, control_, window_};
    FactoryResetHandler reset_{keeper_, control_, window_};
    HttpRequest request_;
    HttpResponse response_;
    FixedRandom random_{0};
    char buffer_[SettingsStore::kMostBytes];
};

TEST_F(SettingsHandlerTest, ShowsAndChanges) {
    EXPECT_EQ(ask(settings_, HttpMethod::kPatch, R"({"camera":{"fps":9}})"), 200);
    EXPECT_EQ(response_.bytes(), R"({"saved":true,"restart":"needed"})");
    EXPECT_EQ(ask(settings_, HttpMethod::kGet), 200);
    EXPECT_NE(response_.bytes().find(R"("fps":9)"), std::string_view::npos);
    EXPECT_EQ(ask(settings_, HttpMethod::kPatch, R"({"camera":{"fps":0}})"), 422);
    EXPECT_NE(response_.bytes().find(R"("field":"camera.fps")"), std::string_view::npos);
    EXPECT_EQ(control_.restarts, 0);
}

TEST_F(SettingsHandlerTest, SaysWhenTheStoreFails) {
    store_.writable = false;
    EXPECT_EQ(ask(settings_, HttpMethod::kPatch, R"({"camera":{"fps":9}})"), 500);
    EXPECT_NE(response_.bytes().find("worn out"), std::string_view::npos);
    EXPECT_EQ(ask(reset_, HttpMethod::kPost, "{}"), 500);
    EXPECT_EQ(control_.restarts, 0);
}

TEST_F(SettingsHandlerTest, RestartsAndForgets) {
    EXPECT_EQ(ask(restart_, HttpMethod::kPost, "{}"), 202);
    EXPECT_EQ(control_.restarts, 1);
    ask(settings_, HttpMethod::kPatch, R"({"wifi":{"ssid":"Home"}})");
    EXPECT_EQ(ask(reset_, HttpMethod::kPost, "{}"), 202);
    EXPECT_EQ(control_.restarts, 2);
    EXPECT_TRUE(keeper_.settings().wifi.ssid.empty());
}

TEST_F(SettingsHandlerTest, WantsJson) {
    for (const char* type : {"", "text/plain", "application/jsonp", "application/x-www-form"}) {
        request_.content_type = type;
        EXPECT_EQ(ask(settings_, HttpMethod::kPatch, "{}"), 415) << type;
        EXPECT_EQ(ask(restart_, HttpMethod::kPost, "{}"), 415) << type;
        EXPECT_EQ(ask(reset_, HttpMethod::kPost, "{}"), 415) << type;
    }
    for (const char* type : {"application/json", "Application/JSON; charset=utf-8"}) {
        request_.content_type = type;
        EXPECT_EQ(ask(settings_, HttpMethod::kPatch, "{}"), 200) << type;
    }
    EXPECT_EQ(control_.restarts, 0);
}

TEST_F(SettingsHandlerTest, ChangesNothingWhileTheCarIsDriven) {
    control_.wrong = "the car is armed";
    EXPECT_EQ(ask(settings_, HttpMethod::kPatch, R"({"camera":{"fps":9}})"), 409);
    EXPECT_EQ(response_.bytes().substr(0, 16), "the car is armed");
    EXPECT_EQ(ask(restart_, HttpMethod::kPost, "{}"), 409);
    EXPECT_EQ(ask(reset_, HttpMethod::kPost, "{}"), 409);
    EXPECT_EQ(keeper_.settings().camera.fps, 25u);
    EXPECT_EQ(control_.restarts, 0);
    EXPECT_EQ(ask(settings_, HttpMethod::kGet), 200);
}

TEST_F(SettingsHandlerTest, AsksForNoPasswordInTheOwnNetworkButForANumber) {
    EXPECT_EQ(settings_.access(), HttpAccess::kAdmin);
    window_.open = true;
    EXPECT_EQ(settings_.access(), HttpAccess::kPublic);
    EXPECT_EQ(ask(settings_, HttpMethod::kGet), 200);
    for (const char* host : {"", "evil.example", "evil.example:80", "192.168.4.1.evil.example",
                             "localhost", "[evil"}) {
        request_.host = host;
        EXPECT_EQ(ask(settings_, HttpMethod::kGet), 403) << host;
    }
    for (const char* host : {"192.168.4.1", "127.0.0.1:8081", "[fe80::1]:80"}) {
        request_.host = host;
        EXPECT_EQ(ask(settings_, HttpMethod::kPatch, "{}"), 200) << host;
    }
}

}  // namespace
}  // namespace peerlens

#include "provisioning/network.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace peerlens {
namespace {

class FakeWifi final : public Wifi {
public:
    void open_access_point(std::string_view ssid, std::string_view password) override {
        access_point = std::string(ssid) + "/" + std::string(password);
    }
    void close_access_point() override { access_point.clear(); }
    void join(std::string_view ssid, std::string_view password) override {
        tried = std::string(ssid) + "/" + std::string(password);
    }
    WifiEvent take_event() override {
        if (events.empty()) {
            return {};
        }
        const WifiEvent event = events.front();
        events.pop_front();
        return event;
    }
    Text<46> address() override { return {}; }
    void scan() override {}
    std::size_t networks(WifiNetwork*, std::size_t) override { return 0; }

    std::string access_point;
    std::string tried;
    std::deque<WifiEvent> events;
};

class NetworkTest : public ::testing::Test {
protected:
    NetworkTest() {
        settings_.identity.hostname = "camera-1";
        settings_.identity.setup_code = "abcd-efgh-jkmn";
    }
    std::string status(Network& network) {
        JsonWriter json;
        network.write(json, 0);
        return std::string(json.finish());
    }

    FakeWifi wifi_;
    Settings settings_;
};

TEST_F(NetworkTest, WithoutSettingsItOpensAProtectedNetwork) {
    Network network(wifi_, settings_, 0);
    network.tick(0, false, false);
    EXPECT_EQ(wifi_.access_point, "Peerlens camera-1/abcd-efgh-jkmn");
    EXPECT_EQ(wifi_.tried, "");
    EXPECT_EQ(status(network), R"({"network":{"state":"unprovisioned","ssid":"",)"
                               R"("hostname":"camera-1","timeKnown":false}})");
}

TEST_F(NetworkTest, WithSettingsItJoinsAndTellsWhyNot) {
    settings_.wifi.ssid = "Home";
    settings_.wifi.password = "secret secret";
    Network network(wifi_, settings_, 0);
    network.tick(0, false, false);
    EXPECT_EQ(wifi_.tried, "Home/secret secret");
    EXPECT_EQ(wifi_.access_point, "");
    wifi_.events = {{WifiEvent::Kind::kFailed, WifiFailure::kWrongPassword}};
    network.tick(100, false, false);
    EXPECT_EQ(status(network), R"({"network":{"state":"joining","failure":"wrong-password",)"
                               R"("ssid":"Home","hostname":"camera-1","timeKnown":false}})");
    network.tick(Provisioning::kFirstJoinMs, false, false);
    EXPECT_EQ(wifi_.access_point, "Peerlens camera-1/abcd-efgh-jkmn");
    wifi_.events = {{WifiEvent::Kind::kJoined, WifiFailure::kNone}};
    network.tick(Provisioning::kFirstJoinMs + 1, false, true);
    EXPECT_EQ(wifi_.access_point, "");
    EXPECT_EQ(status(network), R"({"network":{"state":"joined","ssid":"Home",)"
                               R"("hostname":"camera-1","timeKnown":true}})");
}

TEST_F(NetworkTest, TheOwnNameFitsARadio) {
    settings_.identity.hostname.assign(std::string(63, 'x'));
    Network network(wifi_, settings_, 0);
    EXPECT_EQ(network.access_point_name().size(), 32u);
}

}  // namespace
}  // namespace peerlens

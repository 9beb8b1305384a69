#include "provisioning/network.hpp"

#include <gtest/gtest.h>

#include <string>

#include "simulated_radio.hpp"

namespace peerlens {
namespace {

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

    SimulatedRadio wifi_;
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

#include "provisioning/setup_handler.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fixed_random.hpp"
#include "provisioning/captive_portal.hpp"
#include "provisioning/page_handler.hpp"
#include "provisioning/simulated_radio.hpp"
#include "settings/memory_store.hpp"

namespace peerlens {
namespace {

class SetupHandlerTest : public ::testing::Test {
protected:
    SetupHandlerTest() { request_.host = "192.168.4.1"; }

    std::string head() {
        char head[1024];
        return {head, response_.write_head(head, sizeof head, true)};
    }

    SimulatedRadio wifi_;
    Settings settings_;
    Network network_{wifi_, settings_, 0};
    MemoryStore store_;
    SettingsKeeper keeper_{store_, DeviceKind::kBoard, settings_};
    SetupHandler setup_{wifi_, network_, keeper_, "1.2.3"};
    PageHandler page_{"<!doctype html>", network_.provisioning()};
    CaptivePortal portal_{network_.provisioning()};
    HttpRequest request_;
    HttpResponse response_;
};

TEST_F(SetupHandlerTest, TellsWhatThePageShows) {
    setup_.handle(request_, response_);
    EXPECT_EQ(response_.bytes(), R"({"device":"board","firmware":"1.2.3","state":"unprovisioned",)"
                                 R"("setupNeeded":true,"networks":[]})");
    EXPECT_EQ(wifi_.scans, 1);
    wifi_.found = 2;
    response_.begin();
    setup_.handle(request_, response_);
    EXPECT_NE(response_.bytes().find(R"("networks":[{"ssid":"Home \"0\"","rssiDbm":-40,"open":)"
                                     R"(false},{"ssid":"Home \"1\"","rssiDbm":-41,)"),
              std::string_view::npos)
        << response_.bytes();
}

TEST_F(SetupHandlerTest, FitsTheAnswerHoweverManyNetworksThereAre) {
    wifi_.found = 500;
    setup_.handle(request_, response_);
    EXPECT_EQ(response_.status(), 200);
    EXPECT_EQ(response_.bytes().back(), '}');
}

TEST_F(SetupHandlerTest, ThePageIsForWhoeverIsInTheOwnNetwork) {
    EXPECT_EQ(page_.access(), HttpAccess::kPublic);
    page_.handle(request_, response_);
    EXPECT_EQ(response_.status(), 200);
    EXPECT_EQ(response_.bytes(), "<!doctype html>");
    EXPECT_NE(head().find("Content-Security-Policy: default-src 'none'"), std::string::npos);
    request_.host = "captive.example";
    response_.begin();
    page_.handle(request_, response_);
    EXPECT_EQ(response_.status(), 302);
    EXPECT_NE(head().find("Location: http://192.168.4.1/\r\n"), std::string::npos);
    response_.begin();
    setup_.handle(request_, response_);
    EXPECT_EQ(response_.status(), 403);
}

TEST_F(SetupHandlerTest, OnceThereAreSettingsItAsksForAPassword) {
    settings_.wifi.ssid = "Home";
    Network network(wifi_, settings_, 0);
    EXPECT_EQ(SetupHandler(wifi_, network, keeper_, "").access(), HttpAccess::kAdmin);
    EXPECT_EQ(PageHandler("", network.provisioning()).access(), HttpAccess::kAdmin);
}

TEST_F(SetupHandlerTest, OtherAddressesLeadToThePageWhileTheOwnNetworkIsOpen) {
    request_.path = "/generate_204";
    portal_.handle(request_, response_);
    EXPECT_EQ(response_.status(), 302);
    settings_.wifi.ssid = "Home";
    Network joined(wifi_, settings_, 0);
    CaptivePortal portal(joined.provisioning());
    response_.begin();
    portal.handle(request_, response_);
    EXPECT_EQ(response_.status(), 404);
}

}  // namespace
}  // namespace peerlens

#include "settings/settings_writer.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "settings/settings_reader.hpp"

namespace peerlens {
namespace {

// With every text and secret set.
Settings full() {
    Settings settings;
    settings.wifi.ssid = "Home";
    settings.wifi.password = "wifi secret";
    settings.identity.id = "camera-1";
    settings.identity.token = "token secret";
    settings.identity.hostname = "camera-1";
    settings.identity.setup_code = "code-secr-et22";
    settings.server.url = "wss://example.org/ws";
    settings.server.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    settings.access.password = "admin secret";
    settings.access.token = "looking-secret-16";
    settings.network.ddns_url = "https://ddns/?key=secret&ip={address}";
    return settings;
}

class SettingsWriterTest : public ::testing::Test {
protected:
    std::string shown(const Settings& settings, DeviceKind kind = DeviceKind::kCamera) {
        json_.begin();
        SettingsWriter(json_).add_shown(settings, kind);
        return std::string(json_.finish());
    }
    std::string kept(const Settings& settings, DeviceKind kind = DeviceKind::kCamera) {
        return std::string(SettingsWriter(json_).write_kept(settings, kind));
    }

    JsonWriter json_;
    SettingsReader reader_;
};

TEST_F(SettingsWriterTest, ShowsNoSecret) {
    const std::string text = shown(full());
    EXPECT_EQ(text.find("secr"), std::string::npos) << text;
    const auto json = nlohmann::json::parse(text);
    EXPECT_EQ(json["wifi"]["ssid"], "Home");
    EXPECT_TRUE(json["wifi"]["password"].is_null());
    EXPECT_TRUE(json["server"]["caPem"].is_null());
    EXPECT_EQ(nlohmann::json::parse(shown(Settings()))["wifi"]["password"], "");
}

TEST_F(SettingsWriterTest, WhatItShowsChangesNothing) {
    for (const DeviceKind kind : {DeviceKind::kCamera, DeviceKind::kBoard}) {
        Settings settings = full();
        const std::string before = kept(settings, kind);
        ASSERT_TRUE(reader_.patch(shown(settings, kind), kind, settings))
            << reader_.problem().field.view();
        EXPECT_EQ(kept(settings, kind), before);
    }
}

TEST_F(SettingsWriterTest, WhatIsKeptComesBack) {
    for (const DeviceKind kind : {DeviceKind::kCamera, DeviceKind::kBoard}) {
        Settings settings = full();
        settings.camera.fps = 7;
        settings.board.pins.motor.frequency_hz = 40'000;
        settings.board.battery.divider = 3.3000000000000003;
        const std::string text = kept(settings, kind);
        Settings back;
        ASSERT_TRUE(reader_.restore(text, kind, back)) << reader_.problem().field.view();
        EXPECT_EQ(kept(back, kind), text);
        EXPECT_EQ(back.identity.setup_code.view(), "code-secr-et22");
    }
}

TEST_F(SettingsWriterTest, ShowsOnlyWhatTheDeviceHas) {
    const auto camera = nlohmann::json::parse(shown(Settings(), DeviceKind::kCamera));
    EXPECT_TRUE(camera.contains("camera"));
    EXPECT_FALSE(camera.contains("board"));
    const auto board = nlohmann::json::parse(shown(Settings(), DeviceKind::kBoard));
    EXPECT_FALSE(board.contains("camera"));
    EXPECT_TRUE(board.contains("board"));
}

// What HttpResponse::json() takes.
TEST_F(SettingsWriterTest, WhatItShowsFitsAnAnswer) {
    Settings settings = full();
    settings.wifi.ssid = "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"";
    settings.server.url.assign("wss://example.org/" + std::string(237, '\''));
    settings.server.stream_url.assign("http://example.org/" + std::string(236, '\''));
    settings.network.ntp_server.assign(std::string(128, 'x'));
    settings.identity.id.assign(std::string(64, 'x'));
    for (const DeviceKind kind : {DeviceKind::kCamera, DeviceKind::kBoard}) {
        EXPECT_LE(shown(settings, kind).size(), 4096u);
        EXPECT_GT(shown(settings, kind).size(), 0u);
    }
}

TEST_F(SettingsWriterTest, WhatIsTooLongIsNotKept) {
    Settings settings = full();
    settings.server.ca_pem.assign(std::string(3000, '\n'));
    EXPECT_EQ(kept(settings), "");
}

}  // namespace
}  // namespace peerlens

#include "settings/settings_reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace peerlens {
namespace {

class SettingsReaderTest : public ::testing::Test {
protected:
    bool patch(std::string_view json, DeviceKind kind = DeviceKind::kCamera) {
        return reader_.patch(json, kind, settings_);
    }
    // How it was refused: field, what it was, what was expected.
    std::string refusal(std::string_view json, DeviceKind kind = DeviceKind::kCamera) {
        if (patch(json, kind)) {
            return "accepted";
        }
        const SettingsProblem& problem = reader_.problem();
        return std::string(problem.field) + " was " + std::string(problem.was) + ", expected " +
               std::string(problem.expected);
    }

    SettingsReader reader_;
    Settings settings_;
};

TEST_F(SettingsReaderTest, SetsWhatIsNamedAndNothingElse) {
    settings_.wifi.password = "old password";
    ASSERT_TRUE(patch(R"({"wifi":{"ssid":"Caf\u00e9"},"camera":{"fps":15,"hmirror":true,)"
                      R"("frameSize":"HVGA"},"server":{"mode":"push","url":"wss://a/ws"}})"));
    EXPECT_EQ(settings_.wifi.ssid.view(), "Café");
    EXPECT_EQ(settings_.wifi.password.view(), "old password");
    EXPECT_EQ(settings_.camera.fps, 15u);
    EXPECT_TRUE(settings_.camera.hmirror);
    EXPECT_EQ(settings_.camera.frame_size, FrameSize::kHvga);
    EXPECT_EQ(settings_.camera.quality, CameraSettings().quality);
    EXPECT_EQ(settings_.server.mode, LinkMode::kPush);
    EXPECT_EQ(settings_.server.url.view(), "wss://a/ws");
}

TEST_F(SettingsReaderTest, LeavesWhatIsNull) {
    settings_.wifi.password = "a password";
    ASSERT_TRUE(patch(R"({"wifi":{"password":null},"server":null,"camera":{"fps":null}})"));
    EXPECT_EQ(settings_.wifi.password.view(), "a password");
    EXPECT_EQ(settings_.camera.fps, CameraSettings().fps);
}

TEST_F(SettingsReaderTest, SetsTheBoard) {
    ASSERT_TRUE(patch(R"({"board":{"steering":{"centreUs":1480,"trim":-0.1,"invert":true},)"
                      R"("motor":{"kind":"bridge","leastDuty":0.25},"failsafeMs":400,)"
                      R"("battery":{"fitted":true,"cells":3},"reverse":false}})",
                      DeviceKind::kBoard));
    EXPECT_EQ(settings_.board.pins.steering.centre_us, 1480u);
    EXPECT_EQ(settings_.board.pins.steering.trim, -0.1);
    EXPECT_TRUE(settings_.board.pins.steering.invert);
    EXPECT_EQ(settings_.board.pins.motor.kind, MotorKind::kBridge);
    EXPECT_EQ(settings_.board.pins.motor.least_duty, 0.25);
    EXPECT_EQ(settings_.board.failsafe_ms, 400u);
    EXPECT_TRUE(settings_.board.battery.fitted);
    EXPECT_EQ(settings_.board.battery.cells, 3u);
    EXPECT_FALSE(settings_.board.reverse);
}

TEST_F(SettingsReaderTest, NamesTheFieldWhatItWasAndWhatWasExpected) {
    EXPECT_EQ(refusal(R"({"camera":{"fps":61}})"),
              "camera.fps was 61, expected a whole number from 1 to 60");
    EXPECT_EQ(refusal(R"({"camera":{"fps":1.5}})"),
              "camera.fps was 1.5, expected a whole number from 1 to 60");
    EXPECT_EQ(refusal(R"({"camera":{"fps":"15"}})"),
              "camera.fps was text, expected a whole number from 1 to 60");
    EXPECT_EQ(refusal(R"({"camera":{"hmirror":1}})"),
              "camera.hmirror was a number, expected true or false");
    EXPECT_EQ(refusal(R"({"server":{"mode":"pull"}})"),
              "server.mode was \"pull\", expected one of register, push, off");
    EXPECT_EQ(refusal(R"({"server":{"mode":7}})"),
              "server.mode was a number, expected one of register, push, off");
    EXPECT_EQ(refusal(R"({"server":{"url":"http://a/"}})"),
              "server.url was \"http://a/\", expected ws:// or wss:// with a host, or nothing");
    EXPECT_EQ(refusal(R"({"wifi":"Home"})"), "wifi was text, expected an object");
    EXPECT_EQ(refusal(R"({"identity":{"hostname":[]}})"),
              "identity.hostname was an array, expected a-z, 0-9 and -, not at the beginning or "
              "end");
    EXPECT_EQ(refusal(R"({"board":{"steering":{"trim":-0.6}}})", DeviceKind::kBoard),
              "board.steering.trim was -0.6, expected a number from -0.5 to 0.5");
    EXPECT_EQ(refusal(R"({"camera":{"fps":1e999}})"),
              "camera.fps was 1e999, expected a whole number from 1 to 60");
}

TEST_F(SettingsReaderTest, NeverTellsWhatASecretWas) {
    EXPECT_EQ(refusal(R"({"wifi":{"password":"short"}})"),
              "wifi.password was 5 bytes, expected 8 to 63 printable ASCII characters, 64 "
              "hexadecimal digits, or nothing for an open network");
    EXPECT_EQ(refusal(R"({"network":{"ddnsUrl":"ftp://key@x/"}})").find("key"), std::string::npos);
}

TEST_F(SettingsReaderTest, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(refusal(R"({"wlan":{}})"),
              "wlan was no setting of this device, expected one that GET /settings shows");
    EXPECT_EQ(refusal(R"({"wifi":{"ssid":"a","channel":1}})"),
              "wifi.channel was no setting of this device, expected one that GET /settings shows");
    EXPECT_EQ(refusal(R"({"identity":{"setupCode":"mine-mine-mine"}})"),
              "identity.setupCode was no setting of this device, expected one that GET /settings "
              "shows");
    EXPECT_EQ(refusal(R"({"board":{"horn":true}})"),
              "board was no setting of this device, expected one that GET /settings shows");
    EXPECT_EQ(refusal(R"({"camera":{"fps":10}})", DeviceKind::kBoard).substr(0, 10), "camera was");
}

TEST_F(SettingsReaderTest, RefusesWhatIsTooLongOrNotUnicode) {
    EXPECT_TRUE(patch(R"({"server":{"streamUrl":"http://a/)" + std::string(246, 'x') + "\"}}"));
    EXPECT_EQ(refusal(R"({"server":{"streamUrl":"http://a/)" + std::string(247, 'x') + "\"}}"),
              "server.streamUrl was too long, expected at most 255 bytes");
    EXPECT_EQ(refusal(R"({"server":{"url":"ws://)" + std::string(60'000, 'x') + "\"}}"),
              "server.url was too long, expected at most 255 bytes");
    EXPECT_EQ(refusal(R"({"wifi":{"ssid":"\ud800"}})"),
              "wifi.ssid was half of a surrogate pair, expected Unicode");
    EXPECT_EQ(refusal(R"({"wifi":{"ssid":"a\u0000b"}})").substr(0, 9), "wifi.ssid");
}

TEST_F(SettingsReaderTest, RefusesWhatIsNoJson) {
    const char* repeated = R"({"wifi":{"ssid":"a","ssid":"b"}})";
    for (const char* bad : {"", "[]", "{", repeated, "null", "{} {}"}) {
        EXPECT_EQ(refusal(bad),
                  " was not such JSON, expected one JSON object in UTF-8, without repeated keys");
    }
}

TEST_F(SettingsReaderTest, RefusesWhatDoesNotGoTogether) {
    EXPECT_EQ(refusal(R"({"server":{"mode":"push"}})", DeviceKind::kBoard),
              "server.mode was \"push\", expected register or off: a board has no pictures to "
              "push");
    EXPECT_EQ(refusal(R"({"server":{"mode":"off"},"board":{"battery":{"emptyCellV":4.0,)"
                      R"("fullCellV":3.9}}})",
                      DeviceKind::kBoard),
              "board.battery.fullCellV was not above emptyCellV, expected more than emptyCellV");
}

TEST_F(SettingsReaderTest, ForgetsTheLastProblem) {
    EXPECT_FALSE(patch("{"));
    settings_ = Settings();
    EXPECT_TRUE(patch("{}"));
    EXPECT_TRUE(reader_.problem().field.empty());
    EXPECT_TRUE(reader_.problem().was.empty());
}

TEST_F(SettingsReaderTest, RestoresWhatANewerFirmwareKept) {
    ASSERT_TRUE(reader_.restore(R"({"version":1,"wifi":{"ssid":"Home","later":1},"new":{},)"
                                R"("identity":{"setupCode":"abcd-efgh-jkmn"}})",
                                DeviceKind::kCamera, settings_));
    EXPECT_EQ(settings_.wifi.ssid.view(), "Home");
    EXPECT_EQ(settings_.identity.setup_code.view(), "abcd-efgh-jkmn");
}

TEST_F(SettingsReaderTest, DoesNotRestoreAnotherVersion) {
    for (const char* bad :
         {"{}", R"({"version":2})", R"({"version":"1"})", R"({"version":null})"}) {
        EXPECT_FALSE(reader_.restore(bad, DeviceKind::kCamera, settings_)) << bad;
        EXPECT_EQ(reader_.problem().field.view(), "version");
    }
    EXPECT_FALSE(
        reader_.restore(R"({"version":1,"camera":{"fps":0}})", DeviceKind::kCamera, settings_));
    EXPECT_EQ(reader_.problem().field.view(), "camera.fps");
}

}  // namespace
}  // namespace peerlens

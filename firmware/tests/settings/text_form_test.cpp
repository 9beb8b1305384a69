#include <gtest/gtest.h>

#include <string>

#include "settings/settings_schema.hpp"

namespace peerlens {
namespace {

struct Case {
    TextForm form;
    const char* good[6];
    const char* bad[8];
};

const Case kCases[] = {
    {TextForm::kWifiName, {"", "Home", "Café 5 GHz"}, {"a\n", "\x01", "\xff"}},
    {TextForm::kWifiPassword, {"", "8 chars!"}, {"7 chars", "pässwort", "eight\nch"}},
    {TextForm::kId, {"a", "0._-Z"}, {"", ".a", "a b", "é", "a/b"}},
    {TextForm::kToken, {"", "0123456789abcdef"}, {"0123456789abcde", "0123456789 abcdef", "é"}},
    {TextForm::kUser, {"admin", "a b"}, {"", "a:b", "é", "a\t"}},
    {TextForm::kPassword, {"", "12345678", "a:b c d e"}, {"1234567", "1234567é"}},
    {TextForm::kLabel, {"a", "camera-1"}, {"", "-a", "a-", "A", "a.b", "a_b"}},
    {TextForm::kHost, {"", "pool.ntp.org", "192.0.2.1", "2001:db8::1"}, {"a b", "a/b", "http://"}},
    {TextForm::kWebSocketUrl,
     {"", "ws://a", "wss://a.b:1/ws"},
     {"http://a", "wss://", "a", "wss://u@a", "wss://a/#f"}},
    {TextForm::kStreamUrl, {"", "http://a/stream"}, {"ws://a", "http://u:p@a/", "/stream"}},
    {TextForm::kUpdateUrl,
     {"", "http://u:p@a/?ip={address}", "https://a/", "https://a/{address}/{address}"},
     {"http://{address}/", "http://a/{ip}", "http://a/}", "http://{address}:p@a/", "a"}},
    {TextForm::kCertificates,
     {"", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
     {"AAAA", "-----BEGIN CERTIFICATE-----\nAAAA\n",
      "-----BEGIN CERTIFICATE-----\n<>\n-----END CERTIFICATE-----",
      "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\nmore"}},
    {TextForm::kDeviceToken, {"", "x", "camera-1.AbC_-"}, {"a\nb", "\x7f"}},
};

TEST(TextForm, TellsGoodFromBad) {
    for (const Case& each : kCases) {
        for (const char* good : each.good) {
            EXPECT_TRUE(good == nullptr || has_form(good, each.form)) << good;
        }
        for (const char* bad : each.bad) {
            EXPECT_FALSE(bad != nullptr && has_form(bad, each.form)) << bad;
        }
        EXPECT_GE(expectation_of(each.form).size(), 10u);
    }
}

TEST(TextForm, OfAPublicKeyIsAPointThatIsNotCompressed) {
    const std::string point = "BA" + std::string(85, 'A') + "=";
    EXPECT_TRUE(has_form(point, TextForm::kPublicKey));
    EXPECT_TRUE(has_form("", TextForm::kPublicKey));
    EXPECT_FALSE(has_form("A" + point.substr(1), TextForm::kPublicKey));
    EXPECT_FALSE(has_form(point.substr(1), TextForm::kPublicKey));
    EXPECT_FALSE(has_form("B-" + point.substr(2), TextForm::kPublicKey));
    EXPECT_FALSE(has_form(point.substr(0, 87) + "A", TextForm::kPublicKey));
}

TEST(TextForm, OfAWifiPasswordIsAPassphraseOrAKey) {
    EXPECT_TRUE(has_form(std::string(63, 'x'), TextForm::kWifiPassword));
    EXPECT_FALSE(has_form(std::string(64, 'x'), TextForm::kWifiPassword));
    EXPECT_TRUE(has_form(std::string(64, 'F'), TextForm::kWifiPassword));
}

}  // namespace
}  // namespace peerlens

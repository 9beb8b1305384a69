#include "settings/settings_keeper.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "fixed_random.hpp"
#include "memory_store.hpp"

namespace peerlens {
namespace {

class SettingsKeeperTest : public ::testing::Test {
protected:
    SettingsKeeperTest() { factory_.identity.hostname = "made"; }

    std::unique_ptr<SettingsKeeper> booted(SettingsOrigin expected) {
        auto keeper = std::make_unique<SettingsKeeper>(store_, DeviceKind::kCamera, factory_);
        EXPECT_EQ(keeper->load(buffer_, random_), expected);
        return keeper;
    }

    MemoryStore store_;
    Settings factory_;
    FixedRandom random_{0};
    char buffer_[SettingsStore::kMostBytes];
};

TEST_F(SettingsKeeperTest, BeginsWithFactorySettingsAndACode) {
    const auto keeper = booted(SettingsOrigin::kFactory);
    EXPECT_EQ(keeper->settings().identity.hostname.view(), "made");
    EXPECT_EQ(keeper->settings().identity.setup_code.view(), "aaaa-aaaa-aaaa");
    EXPECT_EQ(admin_password(keeper->settings()), "aaaa-aaaa-aaaa");
    EXPECT_NE(store_.kept.find("aaaa-aaaa-aaaa"), std::string::npos) << "it is the same next time";
    FixedRandom other(1);
    SettingsKeeper again(store_, DeviceKind::kCamera, factory_);
    again.load(buffer_, other);
    EXPECT_EQ(again.settings().identity.setup_code.view(), "aaaa-aaaa-aaaa");
}

TEST_F(SettingsKeeperTest, KeepsWhatWasChanged) {
    const auto keeper = booted(SettingsOrigin::kFactory);
    EXPECT_EQ(keeper->patch(R"({"wifi":{"ssid":"Home"},"access":{"password":"new secret"}})"),
              SettingsKeeper::Change::kSaved);
    const auto after = booted(SettingsOrigin::kKept);
    EXPECT_EQ(after->settings().wifi.ssid.view(), "Home");
    EXPECT_EQ(admin_password(after->settings()), "new secret");
}

TEST_F(SettingsKeeperTest, ChangesNothingWhenAPartIsRefused) {
    const auto keeper = booted(SettingsOrigin::kFactory);
    const std::string before = store_.kept;
    EXPECT_EQ(keeper->patch(R"({"wifi":{"ssid":"Home"},"camera":{"fps":0}})"),
              SettingsKeeper::Change::kRefused);
    EXPECT_EQ(keeper->problem_shown(),
              R"({"problem":"invalid-settings","field":"camera.fps","was":"0",)"
              R"("expected":"a whole number from 1 to 60"})");
    EXPECT_TRUE(keeper->settings().wifi.ssid.empty());
    EXPECT_EQ(store_.kept, before);
}

TEST_F(SettingsKeeperTest, ChangesNothingWhenItCannotBeSaved) {
    const auto keeper = booted(SettingsOrigin::kFactory);
    store_.writable = false;
    EXPECT_EQ(keeper->patch(R"({"wifi":{"ssid":"Home"}})"), SettingsKeeper::Change::kNotKept);
    EXPECT_EQ(keeper->store_reason(), "worn out");
    EXPECT_TRUE(keeper->settings().wifi.ssid.empty());
}

TEST_F(SettingsKeeperTest, RefusesWhatIsTooLongTogether) {
    const auto keeper = booted(SettingsOrigin::kFactory);
    std::string pem = "-----BEGIN CERTIFICATE-----";
    for (int i = 0; i < 2900; ++i) {
        pem += "\\n";
    }
    EXPECT_EQ(keeper->patch(R"({"server":{"caPem":")" + pem + R"(-----END CERTIFICATE-----"}})"),
              SettingsKeeper::Change::kRefused);
    EXPECT_EQ(keeper->problem().was.view(), "too long together");
}

TEST_F(SettingsKeeperTest, ForgetsAllButTheCode) {
    const auto keeper = booted(SettingsOrigin::kFactory);
    const std::string code(keeper->settings().identity.setup_code);
    keeper->patch(R"({"wifi":{"ssid":"Home"},"access":{"password":"new secret"}})");
    EXPECT_EQ(keeper->reset(), SettingsKeeper::Change::kSaved);
    const auto after = booted(SettingsOrigin::kKept);
    EXPECT_TRUE(after->settings().wifi.ssid.empty());
    EXPECT_EQ(admin_password(after->settings()), code);
    EXPECT_EQ(store_.kept.find("new secret"), std::string::npos);
}

TEST_F(SettingsKeeperTest, GoesOnWithoutWhatIsCorrupt) {
    for (const char* bad : {"{", "\xff\xfe", R"({"version":2,"wifi":{"ssid":"Home"}})",
                            R"({"version":1,"wifi":{"ssid":"Home","password":"short"}})"}) {
        store_.kept = bad;
        const auto keeper = booted(SettingsOrigin::kUnusable);
        EXPECT_TRUE(keeper->settings().wifi.ssid.empty()) << bad;
        EXPECT_EQ(keeper->settings().identity.hostname.view(), "made");
        EXPECT_FALSE(keeper->problem().expected.empty());
        EXPECT_EQ(store_.kept, bad) << "a person may want to look at it";
    }
    store_.readable = false;
    const auto keeper = booted(SettingsOrigin::kUnusable);
    EXPECT_FALSE(keeper->settings().identity.setup_code.empty());
}

TEST(SetupCode, UsesLettersThatAreHardToMistake) {
    std::string seen;
    for (std::uint32_t value = 0; value < 30; ++value) {
        FixedRandom random(value);
        seen += make_setup_code(random).view()[0];
    }
    EXPECT_EQ(seen, "abcdefghjkmnpqrstvwxyz23456789");
}

}  // namespace
}  // namespace peerlens

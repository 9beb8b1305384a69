#include "settings/settings_schema.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace peerlens {
namespace {

// Collects the names, and holds each value to its own bounds.
class Census final : public SettingsVisitor {
public:
    void open(std::string_view group) override {
        add(group);
        path_.emplace_back(group);
    }
    void close() override {
        ASSERT_FALSE(path_.empty());
        path_.pop_back();
    }
    std::optional<std::string_view> text(std::string_view name, std::string_view is,
                                         std::size_t room, TextForm form,
                                         Secrecy secrecy) override {
        add(name);
        EXPECT_TRUE(is.empty() || has_form(is, form)) << name;
        EXPECT_LE(is.size(), room);
        if (secrecy == Secrecy::kSecret) {
            secrets.insert(full(name));
        }
        return std::nullopt;
    }
    std::optional<double> number(std::string_view name, double is, Bounds bounds,
                                 bool whole) override {
        add(name);
        EXPECT_TRUE(bounds.hold(is)) << name;
        EXPECT_TRUE(!whole || is == static_cast<int>(is)) << name;
        return wanted_number;
    }
    std::optional<bool> flag(std::string_view name, bool) override {
        add(name);
        return std::nullopt;
    }
    std::optional<std::size_t> choice(std::string_view name, std::size_t is, Names names) override {
        add(name);
        EXPECT_LT(is, names.count) << name;
        return names.count - 1;
    }

    std::set<std::string> names;
    std::set<std::string> secrets;
    std::optional<double> wanted_number;

private:
    std::string full(std::string_view name) const {
        std::string text;
        for (const std::string& group : path_) {
            text += group + ".";
        }
        return text + std::string(name);
    }
    void add(std::string_view name) {
        EXPECT_TRUE(names.insert(full(name)).second) << full(name) << " is there twice";
    }

    std::vector<std::string> path_;
};

Census census(DeviceKind kind, SettingsScope scope) {
    Settings settings;
    Census census;
    visit(settings, kind, scope, census);
    return census;
}

TEST(SettingsSchema, EachDeviceHasItsOwnPart) {
    const Census camera = census(DeviceKind::kCamera, SettingsScope::kSettable);
    EXPECT_EQ(camera.names.count("camera.frameSize"), 1u);
    EXPECT_EQ(camera.names.count("board"), 0u);
    const Census board = census(DeviceKind::kBoard, SettingsScope::kSettable);
    EXPECT_EQ(board.names.count("board.motor.kind"), 1u);
    EXPECT_EQ(board.names.count("board.tiltServo.trim"), 1u);
    EXPECT_EQ(board.names.count("camera"), 0u);
}

TEST(SettingsSchema, OnlyTheStoreSeesTheSetupCode) {
    for (const DeviceKind kind : {DeviceKind::kCamera, DeviceKind::kBoard}) {
        std::set<std::string> kept = census(kind, SettingsScope::kKept).names;
        EXPECT_EQ(kept.erase("identity.setupCode"), 1u);
        EXPECT_EQ(kept, census(kind, SettingsScope::kSettable).names);
    }
}

TEST(SettingsSchema, TellsWhatIsSecret) {
    const std::set<std::string> expected{"wifi.password",   "identity.token", "server.caPem",
                                         "access.password", "access.token",   "network.ddnsUrl"};
    EXPECT_EQ(census(DeviceKind::kCamera, SettingsScope::kSettable).secrets, expected);
    EXPECT_EQ(census(DeviceKind::kBoard, SettingsScope::kSettable).secrets, expected);
}

TEST(SettingsSchema, SetsWhatTheVisitorAnswers) {
    Settings settings;
    Census census;
    visit(settings, DeviceKind::kBoard, SettingsScope::kSettable, census);
    EXPECT_EQ(settings.server.mode, LinkMode::kOff);
    EXPECT_EQ(settings.board.pins.motor.kind, MotorKind::kBridge);
    EXPECT_EQ(settings.board.failsafe_ms, 250u);
    Census numbers;
    numbers.wanted_number = 300.0;
    visit(settings, DeviceKind::kBoard, SettingsScope::kSettable, numbers);
    EXPECT_EQ(settings.board.failsafe_ms, 300u);
    EXPECT_EQ(settings.board.pins.motor.least_duty, 300.0) << "bounds are the visitor's";
}

}  // namespace
}  // namespace peerlens

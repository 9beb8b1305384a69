// Settings as JSON.
#pragma once

#include <string_view>

#include "json/json_writer.hpp"
#include "settings/settings_schema.hpp"

namespace peerlens {

class SettingsWriter final : private SettingsVisitor {
public:
    explicit SettingsWriter(JsonWriter& writer) : writer_(writer) {}

    // Add what may be shown to the object that is being written. A secret is null where there is
    // one and "" where there is none, so that PATCH of what GET gave changes nothing.
    void add_shown(const Settings& settings, DeviceKind kind);
    // All of it, for a store, as an object of its own; empty when it is too long to be kept.
    std::string_view write_kept(const Settings& settings, DeviceKind kind);

private:
    void open(std::string_view group) override;
    void close() override;
    std::optional<std::string_view> text(std::string_view name, std::string_view is,
                                         std::size_t room, TextForm form, Secrecy secrecy) override;
    std::optional<double> number(std::string_view name, double is, Bounds bounds,
                                 bool whole) override;
    std::optional<bool> flag(std::string_view name, bool is) override;
    std::optional<std::size_t> choice(std::string_view name, std::size_t is, Names names) override;

    JsonWriter& writer_;
    bool shown_ = true;
};

}  // namespace peerlens

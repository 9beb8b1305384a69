// Settings out of JSON.
#pragma once

#include <bitset>
#include <string_view>

#include "json/json.hpp"
#include "settings/settings_problem.hpp"
#include "settings/settings_schema.hpp"

namespace peerlens {

// It holds a whole document: too large for a task's stack.
class SettingsReader final : private SettingsVisitor {
public:
    // The version of what is kept. Settings may be added within it; a firmware that does not know
    // them leaves them out.
    static constexpr std::int64_t kVersion = 1;

    // Set what `json`, which somebody sent, names. What it leaves out, or says null for, stays.
    // Returns whether all of it was allowed; otherwise `settings` mean nothing any more, and
    // problem() tells.
    bool patch(std::string_view json, DeviceKind kind, Settings& settings);
    // The same for what a store kept: it has a version, and names that are not known are left out.
    bool restore(std::string_view json, DeviceKind kind, Settings& settings);

    // Settings that are right each for itself cannot be had together.
    void refuse_whole(std::string_view was, std::string_view expected);

    const SettingsProblem& problem() const { return problem_; }

private:
    static constexpr int kMaxDepth = 4;
    static constexpr std::size_t kLongestText = 3000;

    void open(std::string_view group) override;
    void close() override;
    std::optional<std::string_view> text(std::string_view name, std::string_view is,
                                         std::size_t room, TextForm form, Secrecy secrecy) override;
    std::optional<double> number(std::string_view name, double is, Bounds bounds,
                                 bool whole) override;
    std::optional<bool> flag(std::string_view name, bool is) override;
    std::optional<std::size_t> choice(std::string_view name, std::size_t is, Names names) override;

    bool read(std::string_view json, DeviceKind kind, SettingsScope scope, Settings& settings);
    bool check_version();
    void check_together(const Settings& settings, DeviceKind kind);
    void refuse_unknown(const JsonNode& object);
    const JsonNode* find(std::string_view name);
    void refuse(std::string_view name, std::string_view was, std::string_view expected);
    bool failed() const { return failed_; }

    JsonDocument document_;
    std::bitset<JsonDocument::kMaxNodes> known_;
    // The objects that are open, from the root; null where a group is left out.
    const JsonNode* groups_[kMaxDepth] = {};
    std::string_view names_[kMaxDepth];
    int depth_ = 0;
    char text_[kLongestText + 4];
    SettingsScope scope_ = SettingsScope::kSettable;
    SettingsProblem problem_;
    bool failed_ = false;
};

}  // namespace peerlens

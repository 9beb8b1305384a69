// Settings in a file.
#pragma once

#include <string>

#include "host/state_folder.hpp"
#include "settings/settings_store.hpp"

namespace peerlens {

// Only the owner may read it: there are secrets in it. Without a path nothing is kept.
class FileSettingsStore final : public SettingsStore {
public:
    explicit FileSettingsStore(const std::string& path);

    StoreResult load(char* buffer, std::string_view& text) override;
    StoreResult save(std::string_view text) override;
    StoreResult erase() override;
    std::string_view reason() const override { return reason_; }

private:
    StoreResult fail(const std::string& what);

    const std::string path_;
    const std::string name_;
    const StateFolder folder_;
    std::string reason_;
};

}  // namespace peerlens

// Settings in NVS.
#pragma once

#include "settings/settings_store.hpp"

namespace peerlens {

class NvsSettings final : public SettingsStore {
public:
    StoreResult load(char* buffer, std::string_view& text) override;
    StoreResult save(std::string_view text) override;
    StoreResult erase() override;
    std::string_view reason() const override { return reason_; }

private:
    StoreResult result_of(int error);

    const char* reason_ = "";
};

}  // namespace peerlens

// A store for tests: memory that can fail.
#pragma once

#include <cstring>
#include <string>

#include "settings/settings_store.hpp"

namespace peerlens {

class MemoryStore final : public SettingsStore {
public:
    StoreResult load(char* buffer, std::string_view& text) override {
        if (!readable) {
            return StoreResult::kFailed;
        }
        std::memcpy(buffer, kept.data(), kept.size());
        text = {buffer, kept.size()};
        return kept.empty() ? StoreResult::kNothing : StoreResult::kDone;
    }
    StoreResult save(std::string_view text) override {
        if (!writable) {
            return StoreResult::kFailed;
        }
        kept = text;
        return StoreResult::kDone;
    }
    StoreResult erase() override {
        kept.clear();
        return StoreResult::kDone;
    }
    std::string_view reason() const override { return "worn out"; }

    std::string kept;
    bool readable = true;
    bool writable = true;
};

}  // namespace peerlens

// Where settings are kept while the power is off.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/text.hpp"

namespace peerlens {

enum class StoreResult : std::uint8_t {
    kDone,
    kNothing,  // load: nothing was ever saved
    kFailed,   // reason() says why
};

// NVS on the chip, a file on the host. It keeps one text, the settings' JSON, and knows nothing of
// what is in it. All of it may block for the time of a write to flash.
class SettingsStore {
public:
    // At most so long is what is kept.
    static constexpr std::size_t kMostBytes = 8192;

    // Read what was saved into `buffer` of kMostBytes; `text` refers to it.
    virtual StoreResult load(char* buffer, std::string_view& text) = 0;
    // Save all of `text` or, on a failure or when the power goes, nothing.
    virtual StoreResult save(std::string_view text) = 0;
    // Forget what was saved.
    virtual StoreResult erase() = 0;
    // Why the last call failed, for a person.
    virtual std::string_view reason() const = 0;

protected:
    ~SettingsStore() = default;
};

}  // namespace peerlens

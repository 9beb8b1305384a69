// The settings as they are kept, and what may be done to them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/device_kind.hpp"
#include "base/random.hpp"
#include "json/json_writer.hpp"
#include "settings/settings_reader.hpp"
#include "settings/settings_store.hpp"

namespace peerlens {

// How the settings were at boot.
enum class SettingsOrigin : std::uint8_t {
    kKept,      // as they were saved
    kFactory,   // nothing was saved
    kUnusable,  // what was saved is none, or could not be read: factory settings
};

// It holds a whole document: too large for a task's stack. What is changed is for the next boot;
// whoever runs on settings runs on a copy of those that there were at boot.
class SettingsKeeper {
public:
    enum class Change : std::uint8_t {
        kSaved,
        kRefused,  // problem() says why; nothing has changed
        kNotKept,  // the store's reason() says why; nothing has changed
    };

    // `factory`: what the settings are where nothing was saved. The store must outlive this.
    SettingsKeeper(SettingsStore& store, DeviceKind kind, const Settings& factory)
        : store_(store), kind_(kind), factory_(factory), settings_(factory) {}

    // At boot: read what was saved, and make up a setup code if there is none yet. `buffer` of
    // SettingsStore::kMostBytes is only used during the call.
    SettingsOrigin load(char* buffer, Random& random);
    // Change what `json` names, and save.
    Change patch(std::string_view json);
    // Forget everything but the setup code.
    Change reset();

    const Settings& settings() const { return settings_; }
    DeviceKind kind() const { return kind_; }
    // Why the last patch() was refused, or load() found nothing usable.
    const SettingsProblem& problem() const { return reader_.problem(); }
    std::string_view store_reason() const { return store_.reason(); }
    // What may be shown, as JSON; valid until the next call of anything here.
    std::string_view shown();
    // The same for problem().
    std::string_view problem_shown();
    // For another answer; whatever it held is gone.
    JsonWriter& writer() { return writer_; }

private:
    Change save(const Settings& wanted);

    SettingsStore& store_;
    const DeviceKind kind_;
    const Settings& factory_;
    Settings settings_;
    Settings wanted_;
    SettingsReader reader_;
    JsonWriter writer_;
};

// 12 letters and digits that are hard to take for one another, in groups of four: 59 bits.
Text<16> make_setup_code(Random& random);

// What must be given to the device to change it: the password, or, where none was set, the code.
inline std::string_view admin_password(const Settings& settings) {
    return settings.access.password.empty() ? settings.identity.setup_code.view()
                                            : settings.access.password.view();
}

}  // namespace peerlens

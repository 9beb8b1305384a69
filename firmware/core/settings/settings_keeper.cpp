#include "settings/settings_keeper.hpp"

#include "settings/settings_writer.hpp"

namespace peerlens {

SettingsOrigin SettingsKeeper::load(char* buffer, Random& random) {
    std::string_view kept;
    SettingsOrigin origin = SettingsOrigin::kKept;
    settings_ = factory_;
    switch (store_.load(buffer, kept)) {
        case StoreResult::kNothing: origin = SettingsOrigin::kFactory; break;
        case StoreResult::kFailed: origin = SettingsOrigin::kUnusable; break;
        case StoreResult::kDone:
            if (!reader_.restore(kept, kind_, settings_)) {
                origin = SettingsOrigin::kUnusable;
                settings_ = factory_;
            }
    }
    if (settings_.identity.setup_code.empty()) {
        settings_.identity.setup_code = make_setup_code(random);
        // What could not be read stays for a person to look at, until somebody changes something.
        if (origin != SettingsOrigin::kUnusable) {
            wanted_ = settings_;
            save(wanted_);
        }
    }
    return origin;
}

SettingsKeeper::Change SettingsKeeper::patch(std::string_view json) {
    wanted_ = settings_;
    if (!reader_.patch(json, kind_, wanted_)) {
        return Change::kRefused;
    }
    return save(wanted_);
}

SettingsKeeper::Change SettingsKeeper::reset() {
    wanted_ = factory_;
    wanted_.identity.setup_code = settings_.identity.setup_code;
    return save(wanted_);
}

SettingsKeeper::Change SettingsKeeper::save(const Settings& wanted) {
    const std::string_view text = SettingsWriter(writer_).write_kept(wanted, kind_);
    if (text.empty()) {
        reader_.refuse_whole("too long together", "less than 8192 bytes as JSON");
        return Change::kRefused;
    }
    if (store_.save(text) != StoreResult::kDone) {
        return Change::kNotKept;
    }
    settings_ = wanted;
    return Change::kSaved;
}

std::string_view SettingsKeeper::shown() {
    writer_.begin();
    SettingsWriter(writer_).add_shown(settings_, kind_);
    return writer_.finish();
}

std::string_view SettingsKeeper::problem_shown() {
    const SettingsProblem& problem = reader_.problem();
    writer_.begin();
    writer_.add("problem", "invalid-settings");
    writer_.add("field", problem.field.view());
    writer_.add("was", problem.was.view());
    writer_.add("expected", problem.expected.view());
    return writer_.finish();
}

Text<16> make_setup_code(Random& random) {
    constexpr std::string_view kLetters = "abcdefghjkmnpqrstvwxyz23456789";
    Text<16> code;
    for (int i = 0; i < 12; ++i) {
        if (i > 0 && i % 4 == 0) {
            code.append("-");
        }
        code.append(kLetters.substr(random.next() % kLetters.size(), 1));
    }
    return code;
}

}  // namespace peerlens

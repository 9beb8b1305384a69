#include "settings/settings_writer.hpp"

#include "settings/settings_reader.hpp"

namespace peerlens {

// This visitor never answers with a value, so that nothing is changed.
void SettingsWriter::add_shown(const Settings& settings, DeviceKind kind) {
    shown_ = true;
    visit(const_cast<Settings&>(settings), kind, SettingsScope::kSettable, *this);
}

std::string_view SettingsWriter::write_kept(const Settings& settings, DeviceKind kind) {
    shown_ = false;
    writer_.begin();
    writer_.add("version", SettingsReader::kVersion);
    visit(const_cast<Settings&>(settings), kind, SettingsScope::kKept, *this);
    return writer_.finish();
}

void SettingsWriter::open(std::string_view group) {
    writer_.open(group);
}

void SettingsWriter::close() {
    writer_.close();
}

std::optional<std::string_view> SettingsWriter::text(std::string_view name, std::string_view is,
                                                     std::size_t, TextForm, Secrecy secrecy) {
    if (shown_ && secrecy == Secrecy::kSecret && !is.empty()) {
        writer_.add_null(name);
    } else {
        writer_.add(name, is);
    }
    return std::nullopt;
}

std::optional<double> SettingsWriter::number(std::string_view name, double is, Bounds, bool whole) {
    if (whole) {
        writer_.add(name, static_cast<std::int64_t>(is));
    } else {
        writer_.add(name, is);
    }
    return std::nullopt;
}

std::optional<bool> SettingsWriter::flag(std::string_view name, bool is) {
    writer_.add(name, is);
    return std::nullopt;
}

std::optional<std::size_t> SettingsWriter::choice(std::string_view name, std::size_t is,
                                                  Names names) {
    writer_.add(name, names.first[is]);
    return std::nullopt;
}

}  // namespace peerlens

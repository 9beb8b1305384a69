#include "settings/settings_reader.hpp"

#include <charconv>

namespace peerlens {
namespace {

std::string_view name_of(JsonKind kind) {
    switch (kind) {
        case JsonKind::kNull: return "null";
        case JsonKind::kFalse: return "false";
        case JsonKind::kTrue: return "true";
        case JsonKind::kNumber: return "a number";
        case JsonKind::kString: return "text";
        case JsonKind::kArray: return "an array";
        case JsonKind::kObject: return "an object";
    }
    return "";
}

template <std::size_t N>
void append_number(Text<N>& text, double number) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    text.append({digits, static_cast<std::size_t>(end - digits)});
}

Text<96> range_of(Bounds bounds, bool whole) {
    Text<96> text;
    text.append(whole ? "a whole number from " : "a number from ");
    append_number(text, bounds.at_least);
    text.append(" to ");
    append_number(text, bounds.at_most);
    return text;
}

Text<96> bytes(std::size_t count) {
    Text<96> text;
    append_number(text, static_cast<double>(count));
    text.append(" bytes");
    return text;
}

// As much of `text` as makes clear what is meant, whole code points of it.
Text<96> quoted(const JsonString& text) {
    char start[60];
    const std::string_view shown = text.copy(start, sizeof start);
    Text<96> out;
    out.append("\"");
    out.append(shown);
    out.append(text == shown ? "\"" : "\"...");
    return out;
}

}  // namespace

bool SettingsReader::patch(std::string_view json, DeviceKind kind, Settings& settings) {
    return read(json, kind, SettingsScope::kSettable, settings);
}

bool SettingsReader::restore(std::string_view json, DeviceKind kind, Settings& settings) {
    return read(json, kind, SettingsScope::kKept, settings);
}

bool SettingsReader::read(std::string_view json, DeviceKind kind, SettingsScope scope,
                          Settings& settings) {
    problem_ = SettingsProblem{};
    failed_ = false;
    known_.reset();
    depth_ = 0;
    scope_ = scope;
    if (!document_.parse_object(json)) {
        refuse("", "not such JSON", "one JSON object in UTF-8, without repeated keys");
        return false;
    }
    groups_[0] = &document_.root();
    if (scope == SettingsScope::kKept && !check_version()) {
        return false;
    }
    visit(settings, kind, scope, *this);
    refuse_unknown(document_.root());
    check_together(settings, kind);
    return !failed();
}

bool SettingsReader::check_version() {
    const JsonNode* version = find("version");
    if (version == nullptr || version->kind != JsonKind::kNumber || version->number() != kVersion) {
        refuse("version", version == nullptr ? "left out" : "another one", "version 1");
        return false;
    }
    return true;
}

// What no field can know alone.
void SettingsReader::check_together(const Settings& settings, DeviceKind kind) {
    const BatterySettings& battery = settings.board.battery;
    if (kind == DeviceKind::kBoard && settings.server.mode == LinkMode::kPush) {
        refuse("server.mode", "\"push\"", "register or off: a board has no pictures to push");
    }
    if (kind == DeviceKind::kBoard && battery.full_cell_v <= battery.empty_cell_v) {
        refuse("board.battery.fullCellV", "not above emptyCellV", "more than emptyCellV");
    }
}

void SettingsReader::open(std::string_view group) {
    const JsonNode* node = find(group);
    if (node != nullptr && node->kind != JsonKind::kObject) {
        refuse(group, name_of(node->kind), "an object");
        node = nullptr;
    }
    names_[depth_] = group;
    groups_[++depth_] = node;
}

void SettingsReader::close() {
    const JsonNode* group = groups_[depth_];
    if (group != nullptr) {
        refuse_unknown(*group);
    }
    --depth_;
}

void SettingsReader::refuse_unknown(const JsonNode& object) {
    std::uint16_t index = object.first;
    for (const JsonNode* each = document_.node(index); each != nullptr;
         index = each->next, each = document_.node(index)) {
        if (known_[index] || scope_ == SettingsScope::kKept) {
            continue;
        }
        char name[40];
        refuse(each->key.copy(name, sizeof name), "no setting of this device",
               "one that GET /settings shows");
    }
}

// The member of the group that is open, or null when it is left out; null means that, too.
const JsonNode* SettingsReader::find(std::string_view name) {
    const JsonNode* group = groups_[depth_];
    if (group == nullptr || failed()) {
        return nullptr;
    }
    std::uint16_t index = group->first;
    for (const JsonNode* each = document_.node(index); each != nullptr;
         index = each->next, each = document_.node(index)) {
        if (each->key == name) {
            known_.set(index);
            return each->kind == JsonKind::kNull ? nullptr : each;
        }
    }
    return nullptr;
}

void SettingsReader::refuse_whole(std::string_view was, std::string_view expected) {
    problem_ = SettingsProblem{};
    failed_ = false;
    depth_ = 0;
    refuse("", was, expected);
}

// The first problem is the one that is told.
void SettingsReader::refuse(std::string_view name, std::string_view was,
                            std::string_view expected) {
    if (failed_) {
        return;
    }
    failed_ = true;
    for (int i = 0; i < depth_; ++i) {
        problem_.field.append(names_[i]);
        problem_.field.append(".");
    }
    problem_.field.append(name);
    problem_.was.append(was);
    problem_.expected.append(expected);
}

std::optional<std::string_view> SettingsReader::text(std::string_view name, std::string_view is,
                                                     std::size_t room, TextForm form,
                                                     Secrecy secrecy) {
    const JsonNode* node = find(name);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (node->kind != JsonKind::kString) {
        refuse(name, name_of(node->kind), expectation_of(form));
        return std::nullopt;
    }
    if (!node->string().is_unicode()) {
        refuse(name, "half of a surrogate pair", "Unicode");
        return std::nullopt;
    }
    // There is room for one code point more than any setting has.
    const std::string_view given = node->string().copy(text_, sizeof text_);
    if (given.size() > room || !(node->string() == given)) {
        Text<96> most;
        most.append("at most ");
        most.append(bytes(room));
        refuse(name, "too long", most);
        return std::nullopt;
    }
    if (given == is) {
        return std::nullopt;  // also what was never set, and must not be empty once it is
    }
    if (!has_form(given, form)) {
        const bool secret = secrecy == Secrecy::kSecret;
        refuse(name, secret ? bytes(given.size()) : quoted(node->string()), expectation_of(form));
        return std::nullopt;
    }
    return given;
}

std::optional<double> SettingsReader::number(std::string_view name, double, Bounds bounds,
                                             bool whole) {
    const JsonNode* node = find(name);
    if (node == nullptr) {
        return std::nullopt;
    }
    const bool is_number = node->kind == JsonKind::kNumber;
    if (!is_number || !bounds.hold(node->number()) || (whole && !node->is_integer())) {
        Text<96> was;
        was.append(is_number ? node->text : name_of(node->kind));
        refuse(name, was, range_of(bounds, whole));
        return std::nullopt;
    }
    return node->number();
}

std::optional<bool> SettingsReader::flag(std::string_view name, bool) {
    const JsonNode* node = find(name);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (node->kind != JsonKind::kTrue && node->kind != JsonKind::kFalse) {
        refuse(name, name_of(node->kind), "true or false");
        return std::nullopt;
    }
    return node->kind == JsonKind::kTrue;
}

std::optional<std::size_t> SettingsReader::choice(std::string_view name, std::size_t, Names names) {
    const JsonNode* node = find(name);
    if (node == nullptr) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < names.count; ++i) {
        if (node->kind == JsonKind::kString && node->string() == names.first[i]) {
            return i;
        }
    }
    Text<96> expected;
    for (std::size_t i = 0; i < names.count; ++i) {
        expected.append(i == 0 ? "one of " : ", ");
        expected.append(names.first[i]);
    }
    const bool is_text = node->kind == JsonKind::kString;
    const Text<96> was = is_text ? quoted(node->string()) : Text<96>();
    refuse(name, is_text ? was.view() : name_of(node->kind), expected);
    return std::nullopt;
}

}  // namespace peerlens

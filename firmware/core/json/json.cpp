#include "json/json.hpp"

#include <charconv>
#include <limits>

#include "base/utf8.hpp"

namespace peerlens {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) {
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// Whether a number that no double holds is too large for one, rather than too small: the decimal
// exponent of its first digit that is not 0 tells.
bool is_huge(std::string_view text) {
    const std::size_t exponent_at = text.find_first_of("eE");
    const std::string_view digits = text.substr(0, exponent_at);
    const std::size_t point = digits.find('.') < digits.size() ? digits.find('.') : digits.size();
    const std::size_t first = digits.find_first_of("123456789");
    long magnitude = static_cast<long>(point) - static_cast<long>(first);
    if (exponent_at != std::string_view::npos) {
        std::string_view exponent = text.substr(exponent_at + 1);
        const bool negative = exponent[0] == '-';
        exponent.remove_prefix(exponent[0] == '-' || exponent[0] == '+' ? 1 : 0);
        long shift = 0;
        for (const char digit : exponent) {
            shift = shift > 1'000'000 ? shift : shift * 10 + (digit - '0');
        }
        magnitude += negative ? -shift : shift;
    }
    return magnitude > 0;
}

}  // namespace

double JsonNode::number() const {
    double value = 0.0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec == std::errc::result_out_of_range) {
        const double magnitude = is_huge(text) ? std::numeric_limits<double>::infinity() : 0.0;
        return text[0] == '-' ? -magnitude : magnitude;
    }
    return value;
}

bool JsonDocument::parse_object(std::string_view text) {
    text_ = text;
    at_ = 0;
    count_ = 0;
    if (value(0) == JsonNode::kNone || nodes_[0].kind != JsonKind::kObject) {
        return false;
    }
    skip_space();
    return at_ == text_.size();
}

const JsonNode* JsonDocument::member(const JsonNode& object, std::string_view key) const {
    for (const JsonNode* each = node(object.first); each != nullptr; each = node(each->next)) {
        if (each->key == key) {
            return each;
        }
    }
    return nullptr;
}

// Returns the index of the value that begins at at_, or kNone for what is refused.
// NOLINTNEXTLINE(misc-no-recursion): kMaxDepth bounds it
std::uint16_t JsonDocument::value(int depth) {
    skip_space();
    if (at_ == text_.size() || count_ == kMaxNodes || depth > kMaxDepth) {
        return JsonNode::kNone;
    }
    const auto index = static_cast<std::uint16_t>(count_++);
    JsonNode& node = nodes_[index];
    node = JsonNode{};
    bool valid = false;
    switch (text_[at_]) {
        case '{': node.kind = JsonKind::kObject, valid = members(index, depth); break;
        case '[': node.kind = JsonKind::kArray, valid = items(index, depth); break;
        case '"': node.kind = JsonKind::kString, valid = string(node.text); break;
        case 't': node.kind = JsonKind::kTrue, valid = word("true"); break;
        case 'f': node.kind = JsonKind::kFalse, valid = word("false"); break;
        case 'n': valid = word("null"); break;
        default: node.kind = JsonKind::kNumber, valid = number(node.text);
    }
    return valid ? index : JsonNode::kNone;
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxDepth bounds it
bool JsonDocument::members(std::uint16_t object, int depth) {
    take('{');
    skip_space();
    if (take('}')) {
        return true;
    }
    std::uint16_t last = JsonNode::kNone;
    do {
        skip_space();
        std::string_view raw;
        if (!string(raw) || has_key(object, JsonString(raw))) {
            return false;
        }
        skip_space();
        if (!take(':') || !append(object, last, value(depth + 1))) {
            return false;
        }
        nodes_[last].key = JsonString(raw);
        skip_space();
    } while (take(','));
    return take('}');
}

// NOLINTNEXTLINE(misc-no-recursion): kMaxDepth bounds it
bool JsonDocument::items(std::uint16_t array, int depth) {
    take('[');
    skip_space();
    if (take(']')) {
        return true;
    }
    std::uint16_t last = JsonNode::kNone;
    do {
        if (!append(array, last, value(depth + 1))) {
            return false;
        }
        skip_space();
    } while (take(','));
    return take(']');
}

bool JsonDocument::append(std::uint16_t parent, std::uint16_t& last, std::uint16_t child) {
    if (child == JsonNode::kNone) {
        return false;
    }
    (last == JsonNode::kNone ? nodes_[parent].first : nodes_[last].next) = child;
    last = child;
    return true;
}

bool JsonDocument::has_key(std::uint16_t object, const JsonString& key) const {
    for (const JsonNode* each = node(nodes_[object].first); each != nullptr;
         each = node(each->next)) {
        if (each->key == key) {
            return true;
        }
    }
    return false;
}

bool JsonDocument::string(std::string_view& raw) {
    if (!take('"')) {
        return false;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '"') {
            raw = text_.substr(begin, at_ - begin);
            ++at_;
            return true;
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            return false;
        }
        if (c == '\\' ? !escape() : next_code_point(text_, at_) == kNotUtf8) {
            return false;
        }
    }
    return false;
}

bool JsonDocument::escape() {
    take('\\');
    if (!take('u')) {
        constexpr std::string_view kKinds = "\"\\/bfnrt";
        return at_ < text_.size() && kKinds.find(text_[at_++]) != std::string_view::npos;
    }
    for (int i = 0; i < 4; ++i, ++at_) {
        if (at_ == text_.size() || !is_hex(text_[at_])) {
            return false;
        }
    }
    return true;
}

bool JsonDocument::number(std::string_view& raw) {
    const std::size_t begin = at_;
    take('-');
    if (!take('0') && !digits()) {
        return false;
    }
    if (take('.') && !digits()) {
        return false;
    }
    if (take('e') || take('E')) {
        if (!take('-')) {
            take('+');
        }
        if (!digits()) {
            return false;
        }
    }
    raw = text_.substr(begin, at_ - begin);
    return true;
}

bool JsonDocument::digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) {
        ++at_;
    }
    return at_ > begin;
}

bool JsonDocument::word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) {
        return false;
    }
    at_ += expected.size();
    return true;
}

bool JsonDocument::take(char expected) {
    if (at_ < text_.size() && text_[at_] == expected) {
        ++at_;
        return true;
    }
    return false;
}

void JsonDocument::skip_space() {
    constexpr std::string_view kSpace = " \t\r\n";
    while (at_ < text_.size() && kSpace.find(text_[at_]) != std::string_view::npos) {
        ++at_;
    }
}

}  // namespace peerlens

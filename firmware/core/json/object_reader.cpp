#include "json/object_reader.hpp"

#include <charconv>
#include <cmath>

namespace peerlens {
namespace {

bool is_alphanumeric(char32_t c) {
    return (c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z');
}

bool is_id(const JsonString& text) {
    for (std::size_t position = 0, i = 0; !text.at_end(position); ++i) {
        const char32_t c = text.next(position);
        const bool mark = c == U'.' || c == U'_' || c == U'-';
        if (!is_alphanumeric(c) && (i == 0 || !mark)) {
            return false;
        }
    }
    return true;
}

}  // namespace

ObjectReader::ObjectReader(const JsonDocument& document, const JsonNode* object)
    : document_(document), object_(object) {
    if (object_ == nullptr || object_->kind != JsonKind::kObject) {
        object_ = nullptr;
        accepted_ = false;
        return;
    }
    for (auto each = document_.node(object_->first); each; each = document_.node(each->next)) {
        ++present_;
    }
}

const JsonNode* ObjectReader::find(std::string_view key, bool required) {
    const JsonNode* found = object_ == nullptr ? nullptr : document_.member(*object_, key);
    known_ += found != nullptr ? 1 : 0;
    const bool left_out = found == nullptr || (!required && found->kind == JsonKind::kNull);
    if (left_out && required) {
        refuse();
    }
    return left_out ? nullptr : found;
}

double ObjectReader::checked(const JsonNode& node, Bounds bounds) {
    const double value = node.kind == JsonKind::kNumber ? node.number() : std::nan("");
    if (!bounds.hold(value)) {
        refuse();
    }
    return value;
}

double ObjectReader::number(std::string_view key, Bounds bounds) {
    const JsonNode* node = find(key, true);
    return node == nullptr ? 0.0 : checked(*node, bounds);
}

double ObjectReader::number(std::string_view key, Bounds bounds, double fallback) {
    const JsonNode* node = find(key, false);
    return node == nullptr ? fallback : checked(*node, bounds);
}

bool ObjectReader::boolean(std::string_view key, bool fallback) {
    const JsonNode* node = find(key, false);
    if (node == nullptr) {
        return fallback;
    }
    if (node->kind != JsonKind::kTrue && node->kind != JsonKind::kFalse) {
        refuse();
    }
    return node->kind == JsonKind::kTrue;
}

std::int64_t ObjectReader::whole(const JsonNode& node) {
    if (node.kind != JsonKind::kNumber || !node.is_integer()) {
        refuse();
        return 0;
    }
    std::int64_t value = 0;
    const auto read = std::from_chars(node.text.data(), node.text.data() + node.text.size(), value);
    if (read.ec != std::errc{}) {
        using Limits = std::numeric_limits<std::int64_t>;
        return node.text[0] == '-' ? Limits::min() : Limits::max();
    }
    return value;
}

std::uint32_t ObjectReader::uint32(std::string_view key) {
    const JsonNode* node = find(key, true);
    const std::int64_t value = node == nullptr ? 0 : whole(*node);
    if (value < 0 || value > 0xFFFFFFFF) {
        refuse();
    }
    return static_cast<std::uint32_t>(value);
}

std::int64_t ObjectReader::integer(std::string_view key, std::int64_t fallback) {
    const JsonNode* node = find(key, false);
    return node == nullptr ? fallback : whole(*node);
}

JsonString ObjectReader::text(const JsonNode& node, Bounds length) {
    const JsonString value = node.string();
    if (node.kind != JsonKind::kString || !value.is_unicode() ||
        !length.hold(static_cast<double>(value.length()))) {
        refuse();
        return {};
    }
    return value;
}

JsonString ObjectReader::string(std::string_view key, Bounds length) {
    const JsonNode* node = find(key, true);
    return node == nullptr ? JsonString() : text(*node, length);
}

JsonString ObjectReader::optional_string(std::string_view key, Bounds length) {
    const JsonNode* node = find(key, false);
    return node == nullptr ? JsonString() : text(*node, length);
}

JsonString ObjectReader::optional_id(std::string_view key) {
    const JsonString id = optional_string(key, {1, 64});
    if (!is_id(id)) {
        refuse();
    }
    return id;
}

const JsonNode* ObjectReader::object(std::string_view key) {
    return find(key, true);
}

const JsonNode* ObjectReader::array(std::string_view key, Bounds count, bool required) {
    const JsonNode* node = find(key, required);
    if (node == nullptr) {
        return nullptr;
    }
    double items = 0;
    for (auto each = document_.node(node->first); each; each = document_.node(each->next)) {
        ++items;
    }
    if (node->kind != JsonKind::kArray || !count.hold(items)) {
        refuse();
        return nullptr;
    }
    return document_.node(node->first);
}

}  // namespace peerlens

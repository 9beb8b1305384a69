// Strict JSON, read into a bounded tree without a heap.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/json_string.hpp"

namespace peerlens {

enum class JsonKind : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

// One value; members and items are a list, linked by `next`.
struct JsonNode {
    static constexpr std::uint16_t kNone = 0xFFFF;

    JsonKind kind = JsonKind::kNull;
    std::uint16_t next = kNone;
    std::uint16_t first = kNone;
    JsonString key;         // of a member of an object
    std::string_view text;  // of a number, as written; of a string, between its quotes

    JsonString string() const { return JsonString(text); }
    bool is_integer() const { return text.find_first_of(".eE") == std::string_view::npos; }
    // The value of a number; infinite when it is beyond every double.
    double number() const;
};

// One JSON text (RFC 8259). Refused are, beside what is not JSON: NaN and infinities, an object
// that repeats a key, anything behind the value, a byte order mark, what is not UTF-8, nesting
// deeper than kMaxDepth and more values than kMaxNodes; no message of the contract has as many.
class JsonDocument {
public:
    static constexpr int kMaxDepth = 16;
    static constexpr std::size_t kMaxNodes = 256;

    // Returns whether `text` is an object; its nodes refer to it until the next call.
    bool parse_object(std::string_view text);

    const JsonNode& root() const { return nodes_[0]; }
    // The node that `index` (`first` or `next` of another) names, or null for kNone.
    const JsonNode* node(std::uint16_t index) const {
        return index == JsonNode::kNone ? nullptr : &nodes_[index];
    }
    // The member of `object` with this key, or null.
    const JsonNode* member(const JsonNode& object, std::string_view key) const;

private:
    std::uint16_t value(int depth);
    bool members(std::uint16_t object, int depth);
    bool items(std::uint16_t array, int depth);
    bool append(std::uint16_t parent, std::uint16_t& last, std::uint16_t child);
    bool has_key(std::uint16_t object, const JsonString& key) const;
    bool string(std::string_view& raw);
    bool escape();
    bool number(std::string_view& raw);
    bool digits();
    bool word(std::string_view expected);
    bool take(char expected);
    void skip_space();

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
    std::array<JsonNode, kMaxNodes> nodes_;
};

}  // namespace peerlens

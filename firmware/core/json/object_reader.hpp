// Reads the fields of one JSON object, and refuses all that the contract does not allow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "json/json.hpp"

namespace peerlens {

// Bounds on a number, a length or a count, both inclusive.
struct Bounds {
    double at_least;
    double at_most;

    bool hold(double value) const { return value >= at_least && value <= at_most; }
};

// One call for each field that there may be, then finish(). After the first field that is refused
// the values mean nothing. A field with a fallback may be left out, or be null.
class ObjectReader {
public:
    // `object` may be null or no object: then nothing is accepted.
    ObjectReader(const JsonDocument& document, const JsonNode* object);

    double number(std::string_view key, Bounds bounds);
    double number(std::string_view key, Bounds bounds, double fallback);
    bool boolean(std::string_view key, bool fallback);
    std::uint32_t uint32(std::string_view key);
    // Saturates.
    std::int64_t integer(std::string_view key, std::int64_t fallback);
    JsonString string(std::string_view key, Bounds length);
    JsonString optional_string(std::string_view key, Bounds length);
    // 1 to 64 of A-Z a-z 0-9 . _ -, the first one alphanumeric.
    JsonString optional_id(std::string_view key);
    // The member, to be read by a reader of its own.
    const JsonNode* object(std::string_view key);
    // The first item of an array, or null when it is empty, left out or refused.
    const JsonNode* array(std::string_view key, Bounds count, bool required);

    // Refuse the whole object.
    void refuse() { accepted_ = false; }
    // Whether every field was as it must be, and there was no other.
    bool finish() const { return accepted_ && known_ == present_; }

private:
    const JsonNode* find(std::string_view key, bool required);
    double checked(const JsonNode& node, Bounds bounds);
    std::int64_t whole(const JsonNode& node);
    JsonString text(const JsonNode& node, Bounds length);

    const JsonDocument& document_;
    const JsonNode* object_;
    bool accepted_ = true;
    std::size_t known_ = 0;
    std::size_t present_ = 0;
};

}  // namespace peerlens

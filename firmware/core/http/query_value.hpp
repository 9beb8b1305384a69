// One parameter of a query: /control?var=NAME&val=VALUE.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace peerlens {

// Decoded (%41, +) into a buffer of fixed size. Of several with one name it is the first.
class QueryValue {
public:
    static constexpr std::size_t kMost = 64;

    QueryValue(std::string_view query, std::string_view name);

    // There is one; it may be empty.
    bool is_there() const { return there_; }
    // It is there, no longer than kMost, rightly encoded, and holds no control character.
    bool is_valid() const { return valid_; }
    std::string_view view() const { return {text_.data(), size_}; }

private:
    bool decode(std::string_view text);

    std::array<char, kMost> text_;
    std::size_t size_ = 0;
    bool there_ = false;
    bool valid_ = false;
};

}  // namespace peerlens

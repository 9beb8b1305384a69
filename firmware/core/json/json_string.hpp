// A string as it stands in JSON, escapes and all.
#pragma once

#include <cstddef>
#include <string_view>

namespace peerlens {

// A view of what is between the quotes of a string that JsonDocument has checked; it is valid as
// long as the text that was parsed. Lone surrogates, which JSON allows in escapes, come through.
class JsonString {
public:
    JsonString() = default;
    explicit JsonString(std::string_view raw) : raw_(raw) {}

    // The code point at `position`, which moves on behind it. `position` starts at 0.
    char32_t next(std::size_t& position) const;
    bool at_end(std::size_t position) const { return position == raw_.size(); }

    bool operator==(const JsonString& other) const;
    bool operator==(std::string_view text) const;

    // In Unicode code points.
    std::size_t length() const;
    // False when there is a lone surrogate.
    bool is_unicode() const;
    // Write it to `out` as UTF-8, as many whole code points as fit, with U+FFFD for a lone
    // surrogate; returns what was written.
    std::string_view copy(char* out, std::size_t room) const;

private:
    char32_t escaped(std::size_t& position) const;
    char32_t hex4(std::size_t position) const;

    std::string_view raw_;
};

}  // namespace peerlens

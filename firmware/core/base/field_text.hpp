// The text of HTTP's header fields (RFC 9110, 5.6).
#pragma once

#include <string_view>

namespace peerlens {

// Of an ASCII letter.
constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Whether they are the same but for the case of ASCII letters.
bool same_text(std::string_view a, std::string_view b);

// Without spaces and tabs around it.
std::string_view trimmed(std::string_view text);

// Cut `text` at the first `mark`: returns what stands before it and leaves what stands behind.
std::string_view cut(std::string_view& text, std::string_view mark);

// Whether `wanted`, in any case, is among `values`, which commas separate.
bool lists(std::string_view values, std::string_view wanted);

}  // namespace peerlens

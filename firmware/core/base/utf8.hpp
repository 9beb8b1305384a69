// UTF-8, checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace peerlens {

constexpr char32_t kNotUtf8 = 0xFFFFFFFF;

// Read the code point at `position` of `text` and move on behind it. Returns kNotUtf8 for what is
// not UTF-8: cut short, overlong, a surrogate, beyond U+10FFFF (RFC 3629).
char32_t next_code_point(std::string_view text, std::size_t& position);

bool is_utf8(std::string_view text);

// Write `code_point`, which is no surrogate, to `out`, which has room for 4; returns the length.
std::size_t write_utf8(char32_t code_point, char* out);

}  // namespace peerlens

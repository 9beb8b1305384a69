#include "base/utf8.hpp"

namespace peerlens {

char32_t next_code_point(std::string_view text, std::size_t& position) {
    const auto first = static_cast<unsigned char>(text[position++]);
    if (first < 0x80) {
        return first;
    }
    const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || text.size() - position < more) {
        return kNotUtf8;
    }
    char32_t code_point = first & (0x3F >> more);
    for (std::size_t i = 0; i < more; ++i) {
        const auto byte = static_cast<unsigned char>(text[position++]);
        if ((byte & 0xC0) != 0x80) {
            return kNotUtf8;
        }
        code_point = (code_point << 6) | (byte & 0x3F);
    }
    const bool overlong = (more == 2 && code_point < 0x800) || (more == 3 && code_point < 0x10000);
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    return overlong || surrogate || code_point > 0x10FFFF ? kNotUtf8 : code_point;
}

bool is_utf8(std::string_view text) {
    for (std::size_t position = 0; position < text.size();) {
        if (next_code_point(text, position) == kNotUtf8) {
            return false;
        }
    }
    return true;
}

std::size_t write_utf8(char32_t code_point, char* out) {
    if (code_point < 0x80) {
        out[0] = static_cast<char>(code_point);
        return 1;
    }
    const std::size_t more = code_point >= 0x10000 ? 3 : code_point >= 0x800 ? 2 : 1;
    constexpr unsigned kLead[] = {0, 0xC0, 0xE0, 0xF0};
    out[0] = static_cast<char>(kLead[more] | (code_point >> (6 * more)));
    for (std::size_t i = 1; i <= more; ++i) {
        out[i] = static_cast<char>(0x80 | ((code_point >> (6 * (more - i))) & 0x3F));
    }
    return more + 1;
}

}  // namespace peerlens

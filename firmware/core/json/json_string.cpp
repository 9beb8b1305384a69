#include "json/json_string.hpp"

#include <cstring>

#include "base/utf8.hpp"

namespace peerlens {
namespace {

bool is_surrogate(char32_t code_point) {
    return code_point >= 0xD800 && code_point <= 0xDFFF;
}

char32_t hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<char32_t>(c - '0');
    }
    return static_cast<char32_t>((c | 0x20) - 'a' + 10);
}

}  // namespace

char32_t JsonString::hex4(std::size_t position) const {
    char32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 4 | hex_digit(raw_[position + i]);
    }
    return value;
}

char32_t JsonString::escaped(std::size_t& position) const {
    const char kind = raw_[position++];
    switch (kind) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'u': break;
        default: return static_cast<unsigned char>(kind);
    }
    const char32_t first = hex4(position);
    position += 4;
    const bool high = first >= 0xD800 && first <= 0xDBFF;
    if (!high || raw_.substr(position, 2) != "\\u") {
        return first;
    }
    const char32_t second = hex4(position + 2);
    if (second < 0xDC00 || second > 0xDFFF) {
        return first;
    }
    position += 6;
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

char32_t JsonString::next(std::size_t& position) const {
    if (raw_[position] != '\\') {
        return next_code_point(raw_, position);
    }
    ++position;
    return escaped(position);
}

bool JsonString::operator==(const JsonString& other) const {
    std::size_t mine = 0;
    std::size_t theirs = 0;
    while (!at_end(mine) && !other.at_end(theirs)) {
        if (next(mine) != other.next(theirs)) {
            return false;
        }
    }
    return at_end(mine) && other.at_end(theirs);
}

bool JsonString::operator==(std::string_view text) const {
    std::size_t mine = 0;
    std::size_t theirs = 0;
    while (!at_end(mine) && theirs < text.size()) {
        if (next(mine) != next_code_point(text, theirs)) {
            return false;
        }
    }
    return at_end(mine) && theirs == text.size();
}

std::size_t JsonString::length() const {
    std::size_t count = 0;
    for (std::size_t position = 0; !at_end(position); ++count) {
        next(position);
    }
    return count;
}

bool JsonString::is_unicode() const {
    for (std::size_t position = 0; !at_end(position);) {
        if (is_surrogate(next(position))) {
            return false;
        }
    }
    return true;
}

std::string_view JsonString::copy(char* out, std::size_t room) const {
    std::size_t size = 0;
    for (std::size_t position = 0; !at_end(position);) {
        const char32_t code_point = next(position);
        char bytes[4];
        const std::size_t length =
            write_utf8(is_surrogate(code_point) ? U'\uFFFD' : code_point, bytes);
        if (length > room - size) {
            break;
        }
        std::memcpy(out + size, bytes, length);
        size += length;
    }
    return {out, size};
}

}  // namespace peerlens

// Text of strangers, for the lines of a log.
#pragma once

#include <cstddef>

namespace peerlens {

// Replace control characters, in place: nothing that was sent must break a line.
inline void make_printable(char* text, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        text[i] = byte < 0x20 || byte == 0x7F ? '?' : text[i];
    }
}

}  // namespace peerlens

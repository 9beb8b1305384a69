// Base64 with padding (RFC 4648).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace peerlens {

// The text of N bytes.
template <std::size_t N>
struct Base64 {
    std::array<char, (N + 2) / 3 * 4> characters;

    std::string_view view() const { return {characters.data(), characters.size()}; }
};

template <std::size_t N>
Base64<N> base64(const std::array<std::uint8_t, N>& bytes) {
    constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Base64<N> out;
    for (std::size_t in = 0, at = 0; in < N; in += 3, at += 4) {
        const std::size_t left = N - in < 3 ? N - in : 3;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = group << 8 | (i < left ? bytes[in + i] : 0u);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            out.characters[at + i] = i > left ? '=' : kAlphabet[group >> (18 - 6 * i) & 0x3F];
        }
    }
    return out;
}

// Write the text of `bytes` to `out`, which has room for 4 characters for each 3 of them that are
// begun; returns its length.
inline std::size_t write_base64(std::string_view bytes, char* out) {
    std::size_t size = 0;
    for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < 3 ? bytes.size() : 3)) {
        const std::size_t left = bytes.size() < 3 ? bytes.size() : 3;
        std::array<std::uint8_t, 3> group{};
        for (std::size_t i = 0; i < left; ++i) {
            group[i] = static_cast<std::uint8_t>(bytes[i]);
        }
        const Base64<3> four = base64(group);
        for (std::size_t i = 0; i < 4; ++i) {
            out[size++] = i > left ? '=' : four.characters[i];
        }
    }
    return size;
}

}  // namespace peerlens

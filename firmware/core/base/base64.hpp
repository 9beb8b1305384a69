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

}  // namespace peerlens

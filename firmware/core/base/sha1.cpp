#include "base/sha1.hpp"

#include <cstddef>
#include <cstring>

namespace peerlens {
namespace {

using State = std::array<std::uint32_t, 5>;

std::uint32_t rotated(std::uint32_t value, unsigned by) {
    return value << by | value >> (32 - by);
}

std::uint32_t mixed(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    switch (round / 20) {
        case 0: return ((b & c) | (~b & d)) + 0x5A827999;
        case 1: return (b ^ c ^ d) + 0x6ED9EBA1;
        case 2: return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
        default: return (b ^ c ^ d) + 0xCA62C1D6;
    }
}

void add_block(State& state, const std::uint8_t* block) {
    std::uint32_t w[80];
    for (std::size_t i = 0; i < 16; ++i) {
        w[i] = std::uint32_t{block[4 * i]} << 24 | std::uint32_t{block[4 * i + 1]} << 16 |
               std::uint32_t{block[4 * i + 2]} << 8 | std::uint32_t{block[4 * i + 3]};
    }
    for (std::size_t i = 16; i < 80; ++i) {
        w[i] = rotated(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    }
    auto [a, b, c, d, e] = state;
    for (std::size_t i = 0; i < 80; ++i) {
        const std::uint32_t next = rotated(a, 5) + mixed(i, b, c, d) + e + w[i];
        e = d;
        d = c;
        c = rotated(b, 30);
        b = a;
        a = next;
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view text) {
    std::array<std::uint8_t, 128> padded{};
    text = text.substr(0, 119);
    std::memcpy(padded.data(), text.data(), text.size());
    padded[text.size()] = 0x80;
    const std::size_t size = text.size() < 56 ? 64 : 128;
    const auto bits = static_cast<std::uint32_t>(text.size() * 8);
    padded[size - 2] = static_cast<std::uint8_t>(bits >> 8);
    padded[size - 1] = static_cast<std::uint8_t>(bits);
    State state{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    for (std::size_t at = 0; at < size; at += 64) {
        add_block(state, padded.data() + at);
    }
    std::array<std::uint8_t, 20> digest;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
    }
    return digest;
}

}  // namespace peerlens

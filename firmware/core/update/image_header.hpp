// What stands before the program in a signed image.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "update/version.hpp"

namespace peerlens {

using Sha256Digest = std::array<std::uint8_t, 32>;
using EcdsaSignature = std::array<std::uint8_t, 64>;

// An image is a header of 152 bytes and the program. Numbers are little-endian:
//
//     at  bytes
//      0      8  "PLFWIMG1"
//      8     32  the target: the kind of device it is for, filled up with zeros
//     40      6  the version, three numbers of 16 bits
//     46      2  zero
//     48      4  how many bytes the program has
//     52      4  zero
//     56     32  SHA-256 of the program
//     88     64  ECDSA on P-256 over SHA-256 of the 88 bytes before: r and s, 32 bytes each,
//                big-endian
//
// The signature covers the digest, so it is checked before a byte of the program is written.
struct ImageHeader {
    static constexpr std::size_t kSize = 152;
    static constexpr std::size_t kSigned = 88;
    static constexpr std::size_t kTargetSize = 32;
    static constexpr std::string_view kMagic = "PLFWIMG1";

    std::array<char, kTargetSize> target_characters{};
    std::size_t target_size = 0;
    Version version;
    std::uint32_t program_size = 0;
    Sha256Digest program_digest{};
    EcdsaSignature signature{};

    std::string_view target() const { return {target_characters.data(), target_size}; }
    // Whether where the signature belongs there is nothing but zeros.
    bool is_unsigned() const;
};

// Read a header from its kSize bytes. Nothing when it is none: another beginning, a target that
// is no name of 1 to 32 letters, digits and hyphens, no program, or no zeros where they belong.
std::optional<ImageHeader> read_image_header(std::string_view bytes);

}  // namespace peerlens

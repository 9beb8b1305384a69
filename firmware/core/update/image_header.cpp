#include "update/image_header.hpp"

#include <algorithm>
#include <cstring>

namespace peerlens {
namespace {

constexpr std::size_t kTargetAt = 8;
constexpr std::size_t kVersionAt = 40;
constexpr std::size_t kFirstZerosAt = 46;
constexpr std::size_t kProgramSizeAt = 48;
constexpr std::size_t kLastZerosAt = 52;
constexpr std::size_t kDigestAt = 56;

std::uint32_t little_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
        value = value << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
    }
    return value;
}

bool are_zeros(std::string_view bytes) {
    return bytes.find_first_not_of('\0') == std::string_view::npos;
}

bool is_target_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

// Its target, filled up with zeros and with nothing behind them.
bool read_target(std::string_view bytes, ImageHeader& header) {
    const std::size_t size = std::min(bytes.find('\0'), bytes.size());
    const std::string_view target = bytes.substr(0, size);
    if (target.empty() || !std::all_of(target.begin(), target.end(), is_target_character) ||
        !are_zeros(bytes.substr(size))) {
        return false;
    }
    std::copy(target.begin(), target.end(), header.target_characters.begin());
    header.target_size = size;
    return true;
}

}  // namespace

bool ImageHeader::is_unsigned() const {
    return std::all_of(signature.begin(), signature.end(), [](auto byte) { return byte == 0; });
}

std::optional<ImageHeader> read_image_header(std::string_view bytes) {
    ImageHeader header;
    if (bytes.size() != ImageHeader::kSize ||
        bytes.substr(0, ImageHeader::kMagic.size()) != ImageHeader::kMagic ||
        !read_target(bytes.substr(kTargetAt, ImageHeader::kTargetSize), header) ||
        !are_zeros(bytes.substr(kFirstZerosAt, kProgramSizeAt - kFirstZerosAt)) ||
        !are_zeros(bytes.substr(kLastZerosAt, kDigestAt - kLastZerosAt))) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < header.version.numbers.size(); ++i) {
        header.version.numbers[i] =
            static_cast<std::uint16_t>(little_endian(bytes.substr(kVersionAt + 2 * i, 2)));
    }
    header.program_size = little_endian(bytes.substr(kProgramSizeAt, 4));
    std::memcpy(header.program_digest.data(), bytes.data() + kDigestAt,
                header.program_digest.size());
    std::memcpy(header.signature.data(), bytes.data() + ImageHeader::kSigned,
                header.signature.size());
    return header.program_size > 0 ? std::optional(header) : std::nullopt;
}

}  // namespace peerlens

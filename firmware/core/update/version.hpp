// The version of a firmware.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace peerlens {

// Three numbers, the first counts most: 1.4.12 is newer than 1.4.9.
struct Version {
    std::array<std::uint16_t, 3> numbers{};
};

inline bool operator==(const Version& a, const Version& b) {
    return a.numbers == b.numbers;
}

inline bool operator<(const Version& a, const Version& b) {
    return a.numbers < b.numbers;
}

// Its text, such as "1.4.12".
struct VersionText {
    std::array<char, 3 * 5 + 2> characters;
    std::size_t size;

    std::string_view view() const { return {characters.data(), size}; }
};

VersionText text_of(const Version& version);

// Read three numbers of up to 65535 with dots between them, and nothing else.
std::optional<Version> parse_version(std::string_view text);

}  // namespace peerlens

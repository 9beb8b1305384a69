#include "update/version.hpp"

#include <charconv>

namespace peerlens {

VersionText text_of(const Version& version) {
    VersionText text{};
    char* at = text.characters.data();
    char* const end = at + text.characters.size();
    for (std::size_t i = 0; i < version.numbers.size(); ++i) {
        if (i > 0) {
            *at++ = '.';
        }
        at = std::to_chars(at, end, version.numbers[i]).ptr;
    }
    text.size = static_cast<std::size_t>(at - text.characters.data());
    return text;
}

std::optional<Version> parse_version(std::string_view text) {
    Version version;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < version.numbers.size(); ++i) {
        if (i > 0 && (at == end || *at++ != '.')) {
            return std::nullopt;
        }
        const auto read = std::from_chars(at, end, version.numbers[i]);
        if (read.ec != std::errc{}) {
            return std::nullopt;
        }
        at = read.ptr;
    }
    return at == end ? std::optional(version) : std::nullopt;
}

}  // namespace peerlens

#include "http/credentials.hpp"

#include <cstddef>

#include "base/field_text.hpp"
#include "base/text_writer.hpp"

namespace peerlens {
namespace {

constexpr int kNotInAlphabet = -1;

int value_of(char c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : kNotInAlphabet;
}

// Decode base64 to `out`, which has room for `room`; returns whether it is some.
bool decode(std::string_view text, char* out, std::size_t room, std::size_t& size) {
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    std::uint32_t bits = 0;
    int count = 0;
    size = 0;
    for (const char c : text) {
        const int value = value_of(c);
        if (value == kNotInAlphabet) {
            return false;
        }
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            if (size == room) {
                return false;
            }
            out[size++] = static_cast<char>(bits >> count & 0xFF);
        }
    }
    return true;
}

// Takes as long for any `given` of one length.
bool equal(std::string_view given, std::string_view secret) {
    std::size_t difference = given.size() ^ secret.size();
    for (std::size_t i = 0; i < given.size(); ++i) {
        const char expected = secret.empty() ? '\0' : secret[i % secret.size()];
        difference |= static_cast<std::size_t>(given[i] ^ expected);
    }
    return difference == 0;
}

// Whether `text` begins with the scheme, in any case, and a space; both are cut off.
bool take_scheme(std::string_view& text, std::string_view scheme) {
    if (text.size() <= scheme.size() || text[scheme.size()] != ' ') {
        return false;
    }
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        if (lower(text[i]) != scheme[i]) {
            return false;
        }
    }
    const std::size_t begin = text.find_first_not_of(' ', scheme.size());
    text.remove_prefix(begin == std::string_view::npos ? text.size() : begin);
    return true;
}

}  // namespace

Judgement Credentials::judge(std::string_view authorization, HttpAccess asked) const {
    const bool free = asked == HttpAccess::kPublic || secrets_.open ||
                      (asked == HttpAccess::kLook && secrets_.open_pictures);
    if (free) {
        return Judgement::kGranted;
    }
    if (authorization.empty()) {
        return Judgement::kMissing;
    }
    if (take_scheme(authorization, "basic")) {
        return is_password(authorization) ? Judgement::kGranted : Judgement::kWrong;
    }
    if (take_scheme(authorization, "bearer") && !secrets_.token.empty() &&
        equal(authorization, secrets_.token)) {
        return asked == HttpAccess::kLook ? Judgement::kGranted : Judgement::kNotEnough;
    }
    return Judgement::kWrong;
}

std::string_view Credentials::challenge(HttpAccess asked) const {
    return asked == HttpAccess::kLook && !secrets_.token.empty()
               ? "Basic realm=\"peerlens\", Bearer realm=\"peerlens\""
               : "Basic realm=\"peerlens\"";
}

bool Credentials::is_password(std::string_view encoded) const {
    std::array<char, kMaxBasic> given;
    std::array<char, kMaxBasic> right;
    std::size_t size = 0;
    TextWriter expected(right.data(), right.size());
    expected.add(secrets_.user).add(":").add(secrets_.password);
    return decode(encoded, given.data(), given.size(), size) && !secrets_.password.empty() &&
           !expected.overflow() && equal({given.data(), size}, expected.view());
}

}  // namespace peerlens

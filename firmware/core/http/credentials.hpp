// Judges what a client says of itself: Basic (RFC 7617) and Bearer (RFC 6750).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "http/http_access.hpp"

namespace peerlens {

enum class Judgement : std::uint8_t {
    kGranted,
    kMissing,    // nothing was said
    kWrong,      // a guess
    kNotEnough,  // right, but this asks for more: the token, where the password is needed
};

class Credentials {
public:
    // Longest user and password together.
    static constexpr std::size_t kMaxBasic = 128;

    explicit Credentials(const HttpSecrets& secrets) : secrets_(secrets) {}

    // From the next request on.
    void set(const HttpSecrets& secrets) { secrets_ = secrets; }

    // `authorization` is the header's value. How long it takes does not depend on how much of a
    // secret was right.
    Judgement judge(std::string_view authorization, HttpAccess asked) const;

    // For WWW-Authenticate.
    std::string_view challenge(HttpAccess asked) const;

private:
    bool is_password(std::string_view encoded) const;

    HttpSecrets secrets_;
};

}  // namespace peerlens

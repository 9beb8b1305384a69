// The methods of HTTP that a device knows (RFC 9110, 9).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace peerlens {

// Bits, so that a set of them is their sum.
enum class HttpMethod : std::uint8_t {
    kGet = 1,
    kHead = 2,
    kPost = 4,
    kPut = 8,
    kPatch = 16,
    kDelete = 32,
    kOptions = 64,
};

using HttpMethods = std::uint8_t;

constexpr HttpMethods operator|(HttpMethod a, HttpMethod b) {
    return static_cast<HttpMethods>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

constexpr HttpMethods methods(HttpMethod method) {
    return static_cast<HttpMethods>(method);
}

constexpr bool holds(HttpMethods set, HttpMethod method) {
    return (set & static_cast<HttpMethods>(method)) != 0;
}

struct HttpMethodName {
    HttpMethod method;
    std::string_view name;
};

constexpr std::array<HttpMethodName, 7> kHttpMethods{{
    {HttpMethod::kGet, "GET"},
    {HttpMethod::kHead, "HEAD"},
    {HttpMethod::kPost, "POST"},
    {HttpMethod::kPut, "PUT"},
    {HttpMethod::kPatch, "PATCH"},
    {HttpMethod::kDelete, "DELETE"},
    {HttpMethod::kOptions, "OPTIONS"},
}};

constexpr std::optional<HttpMethod> http_method_named(std::string_view name) {
    for (const HttpMethodName& each : kHttpMethods) {
        if (each.name == name) {
            return each.method;
        }
    }
    return std::nullopt;
}

// Those that change nothing (RFC 9110, 9.2.1).
constexpr bool is_safe(HttpMethod method) {
    return method == HttpMethod::kGet || method == HttpMethod::kHead ||
           method == HttpMethod::kOptions;
}

}  // namespace peerlens

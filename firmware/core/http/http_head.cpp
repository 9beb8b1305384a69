#include "http/http_head.hpp"

#include <cstddef>

#include "base/field_text.hpp"

namespace peerlens {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kEnd = "\r\n\r\n";

// A character of a name (RFC 9110, 5.6.2).
bool is_token_character(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    for (const char c : text) {
        if (!is_token_character(c)) {
            return false;
        }
    }
    return !text.empty();
}

// Any visible ASCII; what else an address may not hold does no harm here.
bool is_visible(std::string_view text) {
    for (const char c : text) {
        if (c <= ' ' || c >= 0x7F) {
            return false;
        }
    }
    return true;
}

bool has_control_character(std::string_view text) {
    for (const char character : text) {
        const auto c = static_cast<unsigned char>(character);
        if ((c < ' ' && c != '\t') || c == 0x7F) {
            return true;
        }
    }
    return false;
}

// Digits only; returns false for anything else, and for more than 12 of them.
bool read_length(std::string_view text, std::uint64_t& length) {
    length = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return false;
        }
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return !text.empty() && text.size() <= 12;
}

HttpRefusal read_request_line(std::string_view line, HttpRequest& request) {
    const std::string_view method = cut(line, " ");
    const std::string_view target = cut(line, " ");
    if (!is_token(method) || target.empty() || !is_visible(target) || line.empty()) {
        return {400, "the first line is not a request's"};
    }
    if (line != "HTTP/1.1" && line != "HTTP/1.0") {
        const bool other = line.substr(0, 5) == "HTTP/" && line.size() <= 8;
        return other ? HttpRefusal{505, "expected HTTP/1.1 or HTTP/1.0"}
                     : HttpRefusal{400, "the first line is not a request's"};
    }
    if (target.size() > kMaxTarget) {
        return {414, "the address is longer than 512 characters"};
    }
    const auto known = http_method_named(method);
    if (!known) {
        return {501, "the method is not known here"};
    }
    if (target[0] != '/') {
        return {400, "expected an address that begins with /"};
    }
    std::string_view query = target;
    request.method = *known;
    request.path = cut(query, "?");
    request.query = query;
    request.is_http_1_0 = line == "HTTP/1.0";
    request.keep_alive = !request.is_http_1_0;
    return {};
}

// What there may be only one of.
struct Seen {
    bool host = false;
    bool authorization = false;
    bool length = false;
    bool coding = false;
};

HttpRefusal read_field(std::string_view name, std::string_view value, HttpRequest& request,
                       Seen& seen) {
    if (same_text(name, "Host")) {
        if (seen.host || !is_visible(value)) {
            return {400, "expected one Host"};
        }
        seen.host = true;
        request.host = value;
    } else if (same_text(name, "Content-Length")) {
        std::uint64_t length = 0;
        if (!read_length(value, length) || (seen.length && length != request.content_length)) {
            return {400, "Content-Length: expected one whole number"};
        }
        seen.length = true;
        request.content_length = length;
    } else if (same_text(name, "Transfer-Encoding")) {
        seen.coding = true;
    } else if (same_text(name, "Authorization")) {
        if (seen.authorization) {
            return {400, "expected one Authorization"};
        }
        seen.authorization = true;
        request.authorization = value;
    } else if (same_text(name, "Connection")) {
        if (lists(value, "close")) {
            request.keep_alive = false;
        } else if (request.is_http_1_0 && lists(value, "keep-alive")) {
            request.keep_alive = true;
        }
    } else if (same_text(name, "Expect")) {
        if (!same_text(value, "100-continue")) {
            return {417, "Expect: only 100-continue is known here"};
        }
        request.expects_continue = !request.is_http_1_0;
    } else if (same_text(name, "Origin")) {
        request.origin = value;
    } else if (same_text(name, "Content-Type")) {
        request.content_type = value;
    }
    return {};
}

}  // namespace

HttpRefusal read_head(std::string_view head, HttpRequest& request) {
    // Without the empty line; the last field keeps no line end.
    head.remove_suffix(kEnd.size());
    HttpRefusal refusal = read_request_line(cut(head, kLineEnd), request);
    Seen seen;
    for (std::size_t fields = 0; refusal.status == 0 && !head.empty(); ++fields) {
        std::string_view line = cut(head, kLineEnd);
        const std::size_t colon = line.find(':');
        const std::string_view name = line.substr(0, colon);
        if (colon == std::string_view::npos || !is_token(name)) {
            return {400, "expected NAME: VALUE in each line of the head"};
        }
        const std::string_view value = trimmed(line.substr(colon + 1));
        if (has_control_character(value)) {
            return {400, "a control character in the head"};
        }
        if (fields == kMaxFields) {
            return {431, "more than 40 lines in the head"};
        }
        refusal = read_field(name, value, request, seen);
    }
    if (refusal.status != 0) {
        return refusal;
    }
    if (!seen.host && !request.is_http_1_0) {
        return {400, "expected a Host"};
    }
    if (seen.coding) {
        return seen.length
                   ? HttpRefusal{400, "Content-Length and Transfer-Encoding exclude another"}
                   : HttpRefusal{501,
                                 "Transfer-Encoding is not known here: expected a "
                                 "Content-Length"};
    }
    return {};
}

std::size_t end_of_head(std::string_view bytes, std::size_t from) {
    const std::size_t at = bytes.find(kEnd, from < kEnd.size() ? 0 : from - (kEnd.size() - 1));
    return at == std::string_view::npos ? 0 : at + kEnd.size();
}

}  // namespace peerlens

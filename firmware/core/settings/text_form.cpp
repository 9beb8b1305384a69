// The forms that texts among the settings may have.
#include "base/http_url.hpp"
#include "base/utf8.hpp"
#include "settings/settings_schema.hpp"
#include "websocket/server_url.hpp"

namespace peerlens {
namespace {

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_printable(std::string_view text) {
    for (const char c : text) {
        if (c < ' ' || c > '~') {
            return false;
        }
    }
    return true;
}

bool is_id(std::string_view text) {
    for (const char c : text) {
        if (!is_alphanumeric(c) && c != '.' && c != '_' && c != '-') {
            return false;
        }
    }
    return !text.empty() && text.size() <= 64 && is_alphanumeric(text[0]);
}

bool is_label(std::string_view text) {
    for (const char c : text) {
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') {
            return false;
        }
    }
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-';
}

bool is_host(std::string_view text) {
    for (const char c : text) {
        if (!is_alphanumeric(c) && c != '.' && c != '-' && c != ':') {
            return false;
        }
    }
    return true;
}

bool is_wifi_password(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdefABCDEF";
    if (text.size() == 64) {
        return text.find_first_not_of(kHex) == std::string_view::npos;
    }
    return text.size() >= 8 && text.size() <= 63 && is_printable(text);
}

bool is_stream_url(std::string_view text) {
    const auto url = parse_http_url(text);
    return url && url->credentials.empty();
}

// {address} may stand where it cannot change who is asked.
bool is_update_url(std::string_view text) {
    constexpr std::string_view kPlace = "{address}";
    const auto url = parse_http_url(text);
    if (!url || url->credentials.find_first_of("{}") != std::string_view::npos) {
        return false;
    }
    std::string_view rest = url->target;
    for (std::size_t at = rest.find_first_of("{}"); at != std::string_view::npos;
         at = rest.find_first_of("{}")) {
        if (rest.substr(at, kPlace.size()) != kPlace) {
            return false;
        }
        rest.remove_prefix(at + kPlace.size());
    }
    return true;
}

// A point of the curve P-256, not compressed: 65 bytes, the first one 4.
bool is_public_key(std::string_view text) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return text.size() == 88 && text[0] == 'B' && text[87] == '=' &&
           text.find_first_not_of(kAlphabet) == 87;
}

// One or more blocks; what is between the lines is for the port's parser.
bool is_pem(std::string_view text, std::string_view begin, std::string_view end) {
    for (const char c : text) {
        const bool mark = c == '+' || c == '/' || c == '=' || c == '-' || c == ' ';
        if (!is_alphanumeric(c) && !mark && c != '\n' && c != '\r') {
            return false;
        }
    }
    const std::size_t last = text.rfind(end);
    return text.substr(0, begin.size()) == begin && last != std::string_view::npos &&
           text.find_first_not_of("\r\n", last + end.size()) == std::string_view::npos;
}

bool has_no_control_character(std::string_view text) {
    for (std::size_t position = 0; position < text.size();) {
        const char32_t code_point = next_code_point(text, position);
        if (code_point == kNotUtf8 || code_point < 0x20 || code_point == 0x7F) {
            return false;
        }
    }
    return true;
}

bool may_be_empty(TextForm form) {
    return form != TextForm::kId && form != TextForm::kLabel && form != TextForm::kUser;
}

}  // namespace

bool has_form(std::string_view text, TextForm form) {
    if (text.empty()) {
        return may_be_empty(form);
    }
    const bool spaced = text.find(' ') != std::string_view::npos;
    switch (form) {
        case TextForm::kWifiPassword: return is_wifi_password(text);
        case TextForm::kId: return is_id(text);
        case TextForm::kToken: return text.size() >= 16 && is_printable(text) && !spaced;
        case TextForm::kUser: return is_printable(text) && text.find(':') > text.size();
        case TextForm::kPassword: return text.size() >= 8 && is_printable(text);
        case TextForm::kLabel: return is_label(text);
        case TextForm::kHost: return is_host(text);
        case TextForm::kWebSocketUrl: return parse_server_url(text).has_value();
        case TextForm::kStreamUrl: return is_stream_url(text);
        case TextForm::kUpdateUrl: return is_update_url(text);
        case TextForm::kCertificates:
            return is_pem(text, "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
        case TextForm::kPublicKey: return is_public_key(text);
        case TextForm::kWifiName:
        case TextForm::kDeviceToken: return has_no_control_character(text);
    }
    return false;
}

std::string_view expectation_of(TextForm form) {
    switch (form) {
        case TextForm::kWifiName: return "the network's name, without control characters";
        case TextForm::kWifiPassword:
            return "8 to 63 printable ASCII characters, 64 hexadecimal digits, or nothing for an "
                   "open network";
        case TextForm::kId: return "1 to 64 of A-Z a-z 0-9 . _ -, the first one alphanumeric";
        case TextForm::kToken:
            return "16 or more printable ASCII characters without a space, or nothing";
        case TextForm::kUser: return "1 to 32 printable ASCII characters without a colon";
        case TextForm::kPassword: return "8 or more printable ASCII characters, or nothing";
        case TextForm::kLabel: return "a-z, 0-9 and -, not at the beginning or end";
        case TextForm::kHost: return "a host's name or address, or nothing";
        case TextForm::kWebSocketUrl: return "ws:// or wss:// with a host, or nothing";
        case TextForm::kStreamUrl:
            return "http:// or https:// with a host and without credentials, or nothing";
        case TextForm::kUpdateUrl:
            return "http:// or https://, where only {address} stands in braces, behind the host, "
                   "or nothing";
        case TextForm::kCertificates: return "certificates as PEM, or nothing";
        case TextForm::kPublicKey:
            return "the 88 characters of a P-256 public key in base64, or nothing";
        case TextForm::kDeviceToken: return "a token without control characters, or nothing";
    }
    return "";
}

}  // namespace peerlens

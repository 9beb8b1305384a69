#include "ddns/ddns_request.hpp"

#include "base/base64.hpp"
#include "base/http_url.hpp"

namespace peerlens {
namespace {

constexpr std::string_view kPlace = "{address}";
constexpr std::size_t kMostCredentials = 384;

int hex_digit(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// With %XX undone.
Text<kMostCredentials> decoded(std::string_view text) {
    Text<kMostCredentials> out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escaped = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                             hex_digit(text[i + 2]) >= 0;
        const int value = escaped ? hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]) : 0;
        const char c = value > 0 ? static_cast<char>(value) : text[i];
        out.append({&c, 1});
        i += value > 0 ? 2 : 0;
    }
    return out;
}

std::string_view word_of(std::string_view& text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kSpace);
    text.remove_prefix(begin == std::string_view::npos ? text.size() : begin);
    const std::string_view word = text.substr(0, text.find_first_of(kSpace));
    text.remove_prefix(word.size());
    return word;
}

bool is_one_of(std::string_view word, std::string_view list) {
    while (!list.empty()) {
        if (word_of(list) == word && !word.empty()) {
            return true;
        }
    }
    return false;
}

}  // namespace

Text<1200> write_ddns_request(std::string_view template_url, std::string_view address) {
    Text<1200> text;
    const auto url = parse_http_url(template_url);
    if (!url) {
        return text;
    }
    text.append("GET ");
    text.append(url->target.substr(0, 1) == "/" ? "" : "/");
    std::string_view rest = url->target;
    for (std::size_t at = rest.find(kPlace); at != std::string_view::npos; at = rest.find(kPlace)) {
        text.append(rest.substr(0, at));
        text.append(address);
        rest.remove_prefix(at + kPlace.size());
    }
    text.append(rest);
    text.append(" HTTP/1.1\r\nHost: ");
    text.append(url->authority);
    if (!url->credentials.empty()) {
        char encoded[kMostCredentials / 3 * 4 + 4];
        text.append("\r\nAuthorization: Basic ");
        text.append({encoded, write_base64(decoded(url->credentials), encoded)});
    }
    text.append("\r\nUser-Agent: Peerlens\r\nAccept: text/plain\r\nConnection: close\r\n\r\n");
    if (text.size() == Text<1200>::kCapacity) {
        text.clear();
    }
    return text;
}

DdnsOutcome outcome_of(std::string_view answer) {
    if (answer.substr(0, 7) != "HTTP/1." || answer.size() < 12) {
        return DdnsOutcome::kLater;
    }
    const char status = answer[9];
    const bool patience = answer.substr(9, 3) == "408" || answer.substr(9, 3) == "429";
    if (status != '2') {
        return status == '5' || patience ? DdnsOutcome::kLater : DdnsOutcome::kRefused;
    }
    const std::size_t end = answer.find("\r\n\r\n");
    std::string_view body = end == std::string_view::npos ? "" : answer.substr(end);
    // The first word may be the size of an HTTP chunk.
    for (int i = 0; i < 2; ++i) {
        const std::string_view word = word_of(body);
        if (is_one_of(word, "badauth notfqdn nohost numhost abuse badagent !donator KO")) {
            return DdnsOutcome::kRefused;
        }
        if (is_one_of(word, "911 dnserr servererror")) {
            return DdnsOutcome::kLater;
        }
    }
    return DdnsOutcome::kDone;
}

}  // namespace peerlens

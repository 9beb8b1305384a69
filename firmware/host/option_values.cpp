#include "option_values.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>

#include "base/utf8.hpp"

namespace peerlens {
namespace {

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_token(std::string_view text) {
    std::size_t length = 0;
    for (std::size_t position = 0; position < text.size(); ++length) {
        const char32_t code_point = next_code_point(text, position);
        if (code_point == kNotUtf8 || code_point < 0x20) {
            return false;
        }
    }
    return length >= 1 && length <= 512;
}

template <typename Number>
bool read(std::string_view text, Number at_least, Number at_most, Number& value) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && value >= at_least &&
           value <= at_most;
}

}  // namespace

bool read_number(std::string_view text, double at_least, double at_most, double& value) {
    return read(text, at_least, at_most, value);
}

bool read_whole(std::string_view text, std::uint32_t at_least, std::uint32_t at_most,
                std::uint32_t& value) {
    return read(text, at_least, at_most, value);
}

bool is_id(std::string_view text) {
    for (const char c : text) {
        if (!is_alphanumeric(c) && c != '.' && c != '_' && c != '-') {
            return false;
        }
    }
    return !text.empty() && text.size() <= 64 && is_alphanumeric(text[0]);
}

std::string set_token(std::string text, const std::string& source, std::string& token) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    if (!is_token(text)) {
        return source + ": expected a token of 1 to 512 characters";
    }
    token = text;
    return "";
}

std::string read_token_file(const std::string& name, std::string& token) {
    std::ifstream file(name);
    std::string text;
    if (!std::getline(file, text)) {
        return "--token-file: cannot read a token from " + name;
    }
    return set_token(text, "--token-file", token);
}

std::string read_token_variable(const char* name, std::string& token) {
    const char* text = std::getenv(name);
    return text == nullptr || *text == '\0' ? "" : set_token(text, name, token);
}

}  // namespace peerlens

#include "arguments.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "base/utf8.hpp"

namespace peerlens {

const char* const kUsage =
    "usage: twin-car --url ws://HOST:PORT/ws/board --id ID [options]\n"
    "\n"
    "The control board's firmware on this machine. It registers, obeys, and prints what its\n"
    "outputs do, one line for each change:\n"
    "  out MICROSECONDS STATE THROTTLE STEERING BRAKE LIGHTS HORN PAN TILT\n"
    "\n"
    "  --url URL          where the gateway is; ws only\n"
    "  --id ID            the board's name, as in the gateway's configuration\n"
    "  --token-file FILE  a device's token; or in PEERLENS_BOARD_TOKEN\n"
    "  --failsafe-ms N    neutral after so much silence, 100 to 500 (250)\n"
    "  --forward X        the most throttle forwards, 0 to 1 (1)\n"
    "  --reverse X        the most throttle backwards, 0 to 1 (1)\n"
    "  --battery PERCENT  the simulated battery at the start (100)\n"
    "  --boot-ms N        what the board's clock shows at the start (0)\n"
    "  --stall-ms N       how long SIGUSR1 makes the loop hang (400)\n"
    "  --trace            print `cmd MICROSECONDS SEQ` for each command that is obeyed\n"
    "  --help             this\n";

namespace {

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_id(std::string_view text) {
    for (const char c : text) {
        if (!is_alphanumeric(c) && c != '.' && c != '_' && c != '-') {
            return false;
        }
    }
    return !text.empty() && text.size() <= 64 && is_alphanumeric(text[0]);
}

// Code points, 1 to 512 of them, without control characters.
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

bool read_number(std::string_view text, double at_least, double at_most, double& value) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && value >= at_least &&
           value <= at_most;
}

bool read_whole(std::string_view text, std::uint32_t at_most, std::uint32_t& value) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && value <= at_most;
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

// Take one option with its value; returns what is wrong with it.
std::string set_option(const std::string& name, const std::string& value, Arguments& arguments) {
    if (name == "--url") {
        const auto url = parse_websocket_url(value);
        if (!url) {
            return "--url: expected ws://host:port/path";
        }
        arguments.url = *url;
        return "";
    }
    if (name == "--id") {
        arguments.id = value;
        return is_id(value) ? "" : "--id: expected 1-64 of A-Z a-z 0-9 . _ -, first alphanumeric";
    }
    if (name == "--token-file") {
        return read_token_file(value, arguments.token);
    }
    if (name == "--failsafe-ms") {
        const bool valid = read_number(value, 100, 500, arguments.limits.failsafe_ms);
        return valid ? "" : "--failsafe-ms: expected 100 to 500";
    }
    if (name == "--forward") {
        const bool valid = read_number(value, 0, 1, arguments.limits.forward);
        return valid ? "" : "--forward: expected 0 to 1";
    }
    if (name == "--reverse") {
        const bool valid = read_number(value, 0, 1, arguments.limits.reverse);
        return valid ? "" : "--reverse: expected 0 to 1";
    }
    if (name == "--battery") {
        const bool valid = read_number(value, 0, 100, arguments.battery_percent);
        return valid ? "" : "--battery: expected 0 to 100";
    }
    if (name == "--boot-ms") {
        const bool valid = read_whole(value, 0xFFFFFFFF, arguments.boot_ms);
        return valid ? "" : "--boot-ms: expected 0 to 4294967295";
    }
    if (name == "--stall-ms") {
        const bool valid = read_whole(value, 60'000, arguments.stall_ms);
        return valid ? "" : "--stall-ms: expected 0 to 60000";
    }
    return "unknown option " + name;
}

}  // namespace

std::string parse_arguments(int count, const char* const* values, Arguments& arguments) {
    const char* token = std::getenv("PEERLENS_BOARD_TOKEN");
    if (token != nullptr && *token != '\0') {
        const std::string wrong = set_token(token, "PEERLENS_BOARD_TOKEN", arguments.token);
        if (!wrong.empty()) {
            return wrong;
        }
    }
    for (int i = 1; i < count; ++i) {
        const std::string name = values[i];
        if (name == "--help") {
            arguments.help = true;
            return "";
        }
        if (name == "--trace") {
            arguments.trace = true;
            continue;
        }
        if (i + 1 == count) {
            return name + ": expected a value, or no such option";
        }
        const std::string wrong = set_option(name, values[++i], arguments);
        if (!wrong.empty()) {
            return wrong;
        }
    }
    if (arguments.url.host.empty()) {
        return "--url is missing";
    }
    return arguments.id.empty() ? "--id is missing" : "";
}

}  // namespace peerlens

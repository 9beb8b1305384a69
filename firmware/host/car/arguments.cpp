#include "arguments.hpp"

#include "option_values.hpp"

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
        const bool valid = read_whole(value, 0, 0xFFFFFFFF, arguments.boot_ms);
        return valid ? "" : "--boot-ms: expected 0 to 4294967295";
    }
    if (name == "--stall-ms") {
        const bool valid = read_whole(value, 0, 60'000, arguments.stall_ms);
        return valid ? "" : "--stall-ms: expected 0 to 60000";
    }
    return "unknown option " + name;
}

}  // namespace

std::string parse_arguments(int count, const char* const* values, Arguments& arguments) {
    std::string wrong = read_token_variable("PEERLENS_BOARD_TOKEN", arguments.token);
    if (!wrong.empty()) {
        return wrong;
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
        wrong = set_option(name, values[++i], arguments);
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

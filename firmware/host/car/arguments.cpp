#include "arguments.hpp"

#include <string_view>

#include "host/machine_options.hpp"
#include "host/option_values.hpp"
#include "host/settings_options.hpp"
#include "websocket/server_url.hpp"

namespace peerlens {

const char* const kCarUsage =
    "usage: twin-car --url ws://HOST:PORT/ws/board --id ID [options]\n"
    "\n"
    "The control board's firmware on this machine. It registers, obeys, and prints what its\n"
    "outputs do, one line for each change:\n"
    "  out MICROSECONDS STATE THROTTLE STEERING BRAKE LIGHTS HORN PAN TILT\n"
    "\n"
    "  --url URL          where the gateway or signaling is: ws or wss\n"
    "  --id ID            the board's name, as in the gateway's configuration\n"
    "  --token-file FILE  a device's token; or in PEERLENS_BOARD_TOKEN\n"
    "  --ca FILE          PEM: what a wss server's certificate is checked against (the system's)\n"
    "  --failsafe-ms N    neutral after so much silence, 100 to 500 (250)\n"
    "  --forward X        the most throttle forwards, 0 to 1 (1)\n"
    "  --reverse X        the most throttle backwards, 0 to 1 (1)\n"
    "  --motor KIND       esc or bridge (bridge)\n"
    "  --battery PERCENT  the simulated battery at the start (100)\n"
    "  --boot-ms N        what the board's clock shows at the start (0)\n"
    "  --stall-ms N       how long SIGUSR1 makes the loop hang (400)\n"
    "  --http-host ADDRESS, --http-port N\n"
    "                     serve /status and more there; 0 picks a port, which `http PORT` tells "
    "(no HTTP)\n"
    "  --basic NAME:PASSWORD, --bearer TOKEN\n"
    "                     what HTTP asks for: the password may do everything, the token only "
    "look.\n"
    "                     Without both, looking is free\n"
    "  --settings FILE    where settings are kept, to be changed over HTTP; what is there wins "
    "over\n"
    "                     these options\n"
    "  --unprovisioned    begin without a network, as a new device does: the setup page is at /\n"
    "  --pulses           print what the pins get:\n"
    "                     `pins MICROSECONDS STEERING-US ESC-US FORWARD REVERSE LIGHTS HORN "
    "PAN-US\n"
    "                     TILT-US`, duty of 1000\n"
    "  --timing           print at the end how late the loop came:\n"
    "                     `loop PASSES P50-US P99-US MOST-US`\n"
    "  --state FOLDER     what it keeps while it is off: settings (settings.json), programs,\n"
    "                     counters of boots. Without it, it forgets, and refuses updates\n"
    "  --update-key TEXT  who may sign an update: what `sign_image.py public` prints\n"
    "  --trial-ms N       how long an update has to show that it works (180000)\n"
    "  --trace            print `cmd MICROSECONDS SEQ` for each command that is obeyed\n"
    "  --help             this\n";

namespace {

bool set_motor(std::string_view kind, MotorKind& motor) {
    motor = kind == "esc" ? MotorKind::kEsc : MotorKind::kBridge;
    return kind == "esc" || kind == "bridge";
}

// Options of the board and its link; nothing when `name` is none of them.
std::optional<std::string> set_board(const std::string& name, const std::string& value,
                                     CarArguments& arguments) {
    Settings& settings = arguments.settings.factory;
    BoardDeviceSettings& board = settings.board;
    if (name == "--url") {
        const bool valid = parse_server_url(value) && settings.server.url.assign(value);
        return complaint(valid, name, "ws://host:port/path or wss://host:port/path");
    }
    if (name == "--id") {
        return complaint(is_id(value) && settings.identity.id.assign(value), name,
                         "1-64 of A-Z a-z 0-9 . _ -, first alphanumeric");
    }
    if (name == "--token-file") {
        return set_token_file(value, settings.identity);
    }
    if (name == "--ca") {
        return set_ca_file(name, value, settings.server);
    }
    if (name == "--failsafe-ms") {
        return complaint(read_whole(value, 100, 500, board.failsafe_ms), name, "100 to 500");
    }
    if (name == "--forward") {
        return complaint(read_number(value, 0, 1, board.most_forward), name, "0 to 1");
    }
    if (name == "--reverse") {
        return complaint(read_number(value, 0, 1, board.most_reverse), name, "0 to 1");
    }
    if (name == "--motor") {
        return complaint(set_motor(value, board.pins.motor.kind), name, "esc or bridge");
    }
    return std::nullopt;
}

// Options of its HTTP, and of the twin; likewise.
std::optional<std::string> set_twin(const std::string& name, const std::string& value,
                                    CarArguments& arguments) {
    if (name == "--battery") {
        return complaint(read_number(value, 0, 100, arguments.battery_percent), name, "0 to 100");
    }
    if (name == "--boot-ms") {
        return complaint(read_whole(value, 0, 0xFFFFFFFF, arguments.boot_ms), name,
                         "0 to 4294967295");
    }
    if (name == "--stall-ms") {
        return complaint(read_whole(value, 0, 60'000, arguments.stall_ms), name, "0 to 60000");
    }
    if (name == "--http-host") {
        arguments.http_host = value;
        return "";
    }
    if (name == "--http-port") {
        return complaint(read_whole(value, 0, 65'535, arguments.http_port.emplace()), name,
                         "0 to 65535");
    }
    AccessSettings& access = arguments.settings.factory.access;
    if (name == "--basic") {
        return set_basic(name, value, access);
    }
    if (name == "--bearer") {
        return complaint(!value.empty() && access.token.assign(value), name,
                         "a token of 1 to 128 bytes");
    }
    if (name == "--settings") {
        arguments.settings.file = value;
        return complaint(!value.empty(), name, "a file");
    }
    return set_machine(name, value, arguments.machine, arguments.settings.factory);
}

bool set_flag(const std::string& name, CarArguments& arguments) {
    if (name == "--trace") return arguments.trace = true;
    if (name == "--pulses") return arguments.pulses = true;
    if (name == "--timing") return arguments.timing = true;
    if (name == "--unprovisioned") return arguments.settings.unprovisioned = true;
    return false;
}

// What this twin has, whatever is set.
void equip(Settings& settings) {
    settings.identity.hostname = "twin-car";
    BoardDeviceSettings& board = settings.board;
    board.pins.motor.kind = MotorKind::kBridge;
    board.battery.fitted = true;
    board.lights = board.horn = board.pan = board.tilt = true;
}

}  // namespace

std::string parse_arguments(int count, const char* const* values, CarArguments& arguments) {
    Settings& settings = arguments.settings.factory;
    equip(settings);
    std::string wrong = set_token_variable("PEERLENS_BOARD_TOKEN", settings.identity);
    for (int i = 1; i < count && wrong.empty(); ++i) {
        const std::string name = values[i];
        if (name == "--help") {
            arguments.help = true;
            return "";
        }
        if (set_flag(name, arguments)) {
            continue;
        }
        if (i + 1 == count) {
            return name + ": expected a value, or no such option";
        }
        const std::string value = values[++i];
        const auto of_board = set_board(name, value, arguments);
        const auto of_twin = of_board ? of_board : set_twin(name, value, arguments);
        wrong = of_twin.value_or("unknown option " + name);
    }
    if (!wrong.empty()) {
        return wrong;
    }
    arguments.settings.has_http = arguments.http_port.has_value();
    if (arguments.settings.file.empty() && !arguments.machine.state.empty()) {
        arguments.settings.file = arguments.machine.state + "/settings.json";
    }
    if (arguments.settings.unprovisioned) {
        return "";
    }
    settings.wifi.ssid.assign(kTwinNetwork);
    AccessSettings& access = settings.access;
    access.open_pictures = access.password.empty() && access.token.empty();
    if (!arguments.settings.file.empty()) {
        return "";  // address and name may be there
    }
    if (settings.server.url.empty()) {
        return "--url is missing";
    }
    return settings.identity.id.empty() ? "--id is missing" : "";
}

}  // namespace peerlens

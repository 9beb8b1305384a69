#include "arguments.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string_view>

#include "host/machine_options.hpp"
#include "host/option_values.hpp"
#include "host/settings_options.hpp"
#include "settings/frame_size.hpp"

namespace peerlens {

namespace {

constexpr const char* kUsage =
    "usage: twin-camera [options]\n"
    "\n"
    "The camera's firmware on this machine: /stream, /snapshot, /status and /control over HTTP, "
    "and\n"
    "a link to a gateway or signaling if --url is given.\n"
    "\n"
    "  --host ADDRESS       where to listen (127.0.0.1)\n"
    "  --port N             0 picks one (8081)\n"
    "  --basic NAME:PASSWORD  who may do everything over HTTP (admin, with the setup code that is\n"
    "                       printed at the start)\n"
    "  --bearer TOKEN       who may look: /stream, /snapshot and /status\n"
    "  --open-pictures      everybody may look; so it is, too, without --basic and --bearer\n"
    "  --url URL            a gateway or signaling: ws or wss, path /ws or /ws/esp32\n"
    "  --mode MODE          register: tell where /stream is; push: send the pictures (register)\n"
    "  --id ID              the camera's name there (twin-camera)\n"
    "  --token-file FILE    a device's token; or in PEERLENS_CAMERA_TOKEN\n"
    "  --ca FILE            PEM: what a wss server's certificate is checked against\n"
    "  --stream-url URL     where others reach /stream (http://HOST:PORT/stream)\n"
    "  --size SIZE          QVGA CIF HVGA VGA SVGA XGA HD SXGA UXGA (VGA)\n"
    "  --fps N              1 to 60 (25)\n"
    "  --quality N          as the sensor's: 4, the best, to 63 (12)\n"
    "  --jpegs FOLDER       show its files *.jpg, in a loop, instead of the scene\n"
    "  --stamp              paint the clock in for machines\n"
    "  --fault NAME         none stall drop corrupt joined truncated slow partial wifi-gone\n"
    "                       clock-jump reboot; also /control?var=fault&val=NAME\n"
    "  --fault-s SECONDS    how long wifi-gone lasts, 0 to 3600 (5)\n"
    "  --boot-ms N          what the camera's clock shows at the start (0)\n"
    "  --settings FILE      where settings are kept; what is there wins over these options\n"
    "                       (settings.json in the folder of --state)\n"
    "  --unprovisioned      begin without a network, as a new device does: the setup page is at /\n"
    "  --state FOLDER       what it keeps while it is off: settings, programs, counters of boots.\n"
    "                       Without it, it forgets, and refuses updates\n"
    "  --update-key TEXT    who may sign an update: what `sign_image.py public` prints\n"
    "  --trial-ms N         how long an update has to show that it works (180000)\n"
    "  --help               this\n";

bool is_address(const std::string& text) {
    in6_addr parsed;
    return inet_pton(AF_INET, text.c_str(), &parsed) == 1 ||
           inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

bool set_size(std::string_view name, CameraSettings& camera) {
    const auto found = std::find_if(kFrameSizes.begin(), kFrameSizes.end(),
                                    [&](const FrameDimensions& each) { return each.name == name; });
    if (found != kFrameSizes.end()) {
        camera.frame_size = static_cast<FrameSize>(found - kFrameSizes.begin());
    }
    return found != kFrameSizes.end();
}

bool set_mode(std::string_view name, LinkMode& mode) {
    mode = name == "push" ? LinkMode::kPush : LinkMode::kRegister;
    return name == "push" || name == "register";
}

bool set_fault(std::string_view name, Fault& fault) {
    const auto named = fault_named(name);
    fault = named.value_or(Fault::kNone);
    return named.has_value();
}

std::string set_device_option(const std::string& name, const std::string& value,
                              CameraArguments& arguments) {
    Settings& settings = arguments.settings.factory;
    if (name == "--basic") {
        return set_basic(name, value, settings.access);
    }
    if (name == "--bearer") {
        return complaint(!value.empty() && settings.access.token.assign(value), name,
                         "a token of 1 to 128 bytes");
    }
    if (name == "--url") {
        const bool scheme = value.rfind("ws://", 0) == 0 || value.rfind("wss://", 0) == 0;
        return complaint(scheme && settings.server.url.assign(value), name,
                         "ws://host:port/path or wss://host:port/path");
    }
    if (name == "--mode") {
        return complaint(set_mode(value, settings.server.mode), name, "register or push");
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
    if (name == "--stream-url") {
        const bool scheme = value.rfind("http://", 0) == 0 || value.rfind("https://", 0) == 0;
        return complaint(scheme && settings.server.stream_url.assign(value), name,
                         "an http:// address");
    }
    return "unknown option " + name;
}

std::string set_option(const std::string& name, const std::string& value,
                       CameraArguments& arguments) {
    CameraSettings& camera = arguments.settings.factory.camera;
    if (name == "--host") {
        arguments.host = value;
        return complaint(is_address(value), name, "an address in numbers: 0.0.0.0 or ::, say");
    }
    if (name == "--port") {
        return complaint(read_whole(value, 0, 65'535, arguments.port), name, "0 to 65535");
    }
    if (name == "--size") {
        return complaint(set_size(value, camera), name, "a size that --help names");
    }
    if (name == "--fps") {
        return complaint(read_whole(value, 1, 60, camera.fps), name, "1 to 60");
    }
    if (name == "--quality") {
        return complaint(read_whole(value, 4, 63, camera.quality), name, "4 to 63");
    }
    if (name == "--jpegs") {
        arguments.jpegs = value;
        return complaint(!value.empty(), name, "a folder");
    }
    if (name == "--settings") {
        arguments.settings.file = value;
        return complaint(!value.empty(), name, "a file");
    }
    if (name == "--fault") {
        return complaint(set_fault(value, arguments.fault), name, "a fault that --help names");
    }
    if (name == "--fault-s") {
        return complaint(read_number(value, 0, 3600, arguments.fault_s), name, "0 to 3600");
    }
    if (name == "--boot-ms") {
        return complaint(read_whole(value, 0, 0xFFFFFFFF, arguments.boot_ms), name,
                         "0 to 4294967295");
    }
    const auto of_machine = set_machine(name, value, arguments.machine, arguments.settings.factory);
    return of_machine ? *of_machine : set_device_option(name, value, arguments);
}

}  // namespace

const char* camera_usage() {
    return kUsage;
}

std::string parse_arguments(int count, const char* const* values, CameraArguments& arguments) {
    Settings& settings = arguments.settings.factory;
    settings.identity.id = "twin-camera";
    settings.identity.hostname = "twin-camera";
    settings.wifi.ssid.assign(kTwinNetwork);
    std::string wrong = set_token_variable("PEERLENS_CAMERA_TOKEN", settings.identity);
    if (!wrong.empty()) {
        return wrong;
    }
    for (int i = 1; i < count; ++i) {
        const std::string name = values[i];
        if (name == "--help") {
            arguments.help = true;
            return "";
        }
        if (name == "--unprovisioned") {
            arguments.settings.unprovisioned = true;
            settings.wifi.ssid.clear();
            continue;
        }
        if (name == "--stamp" || name == "--open-pictures") {
            (name == "--stamp" ? arguments.stamped : settings.access.open_pictures) = true;
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
    if (arguments.settings.file.empty() && !arguments.machine.state.empty()) {
        arguments.settings.file = arguments.machine.state + "/settings.json";
    }
    const bool asks = !settings.access.password.empty() || !settings.access.token.empty();
    if (!asks && !arguments.settings.unprovisioned) {
        settings.access.open_pictures = true;
    }
    return "";
}

}  // namespace peerlens

#include "twin.hpp"

#include <cerrno>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "device/board_settings.hpp"
#include "guard.hpp"
#include "host/printable.hpp"
#include "host/signals.hpp"

namespace peerlens {
Twin::Twin(const CarArguments& arguments, Machine& machine)
    : arguments_(arguments),
      machine_(machine),
      version_(text_of(machine.version())),
      clock_(arguments.boot_ms),
      setup_(DeviceKind::kBoard, arguments_.settings, version_.view(), ddns_tls_.client(), output_,
             clock_.now()),
      connection_(resolver_, tls_.client()),
      pins_(output_, arguments.pulses),
      sensors_(setup_.settings().board.battery, arguments.battery_percent),
      device_(board_control_settings(setup_.settings(), "twin-car", version_.view()),
              setup_.device().secrets(),
              {clock_, random_, connection_, pins_, &PrintedPins::make_neutral, &pins_, sensors_,
               sensors_, *this}),
      updates_(machine, device_.control(), "twin-car", setup_.settings().update_public_key,
               clock_.now()) {
    pins_.behind(device_.gate());
    setup_.device().attach(device_.http(), device_.status(), device_.loop(), device_.control());
    updates_.attach(device_.http(), device_.status());
}

int Twin::run() {
    if (!prepare()) {
        return 2;
    }
    const Guard guard(device_.gate(), clock_, machine_.watchdog());
    WatchedTask task(machine_.watchdog(), "loop");
    bool reboots = false;
    while (!Signals::is_stopping() && !output_.is_closed() && !device_.link().is_superseded() &&
           !reboots) {
        task.feed();
        device_.pass();
        const std::uint32_t now = clock_.now();
        reboots = updates_.reboot_due(now) || setup_.device().restart_due(now);
        output_.look();
        if (Signals::take_stall()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(arguments_.stall_ms));
        }
    }
    end();
    if (reboots && !Signals::is_stopping()) {
        return kReboot;
    }
    return device_.link().is_superseded() ? 1 : 0;
}

// Whether what was asked for can be had; else says why.
bool Twin::prepare() {
    const std::string_view wrong = tls_.trust(setup_.settings().server.ca_pem);
    if (!wrong.empty()) {
        std::fprintf(stderr, "twin-car: --ca: %s\n", std::string(wrong).c_str());
        return false;
    }
    if (arguments_.http_port) {
        const std::uint16_t port = device_.listener().listen(
            arguments_.http_host, static_cast<std::uint16_t>(*arguments_.http_port));
        if (port == 0) {
            std::fprintf(stderr, "twin-car: cannot listen on %s port %" PRIu32 ": %s\n",
                         arguments_.http_host.c_str(), *arguments_.http_port, std::strerror(errno));
            return false;
        }
        output_.line("http %u", unsigned{port});
        machine_.boot_with({"--http-port", std::to_string(port)});
    }
    const Settings& settings = setup_.settings();
    const bool has_link = !settings.wifi.ssid.empty() && settings.server.mode != LinkMode::kOff;
    return !has_link || device_.link().set_server(settings.server.url, "/ws/board");
}

void Twin::end() {
    if (arguments_.timing) {
        const LoopTiming& timing = device_.timing();
        output_.line("loop %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32, timing.passes(),
                     timing.late_us(0.5), timing.late_us(0.99), timing.longest_us());
    }
    const std::string id(setup_.settings().identity.id);
    device_.end(device_.link().is_superseded() ? "another board has registered as " + id
                                               : "stopping");
}

void Twin::link_up() {
    updates_.link_up();
    output_.line("link up");
}

void Twin::link_down(std::string_view reason) {
    output_.line("link down %s", printable(reason).c_str());
}

void Twin::refused(std::string_view problem, std::string_view detail) {
    output_.line("refused %s: %s", printable(problem).c_str(), printable(detail).c_str());
}

void Twin::obeyed(std::uint32_t seq) {
    if (arguments_.trace) {
        output_.line("cmd %" PRIu64 " %" PRIu32, MonotonicClock::microseconds(), seq);
    }
}

}  // namespace peerlens

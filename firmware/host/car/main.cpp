#include <cstdio>
#include <memory>
#include <string>

#include "arguments.hpp"
#include "host/machine.hpp"
#include "host/monotonic_clock.hpp"
#include "host/reboot.hpp"
#include "host/signals.hpp"
#include "twin.hpp"

int main(int count, char** values) {
    peerlens::CarArguments arguments;
    const std::string wrong = peerlens::parse_arguments(count, values, arguments);
    if (!wrong.empty()) {
        std::fprintf(stderr, "twin-car: %s (see twin-car --help)\n", wrong.c_str());
        return 2;
    }
    if (arguments.help) {
        std::fputs(peerlens::kCarUsage, stdout);
        return 0;
    }
    peerlens::Signals::install();
    const peerlens::MonotonicClock clock(arguments.boot_ms);
    peerlens::Reboot reboot(count, values);
    peerlens::Machine machine(arguments.machine, clock, reboot);
    const std::string unbootable = machine.boot();
    if (!unbootable.empty()) {
        std::fprintf(stderr, "twin-car: --state: %s\n", unbootable.c_str());
        return 2;
    }
    // Too large for the stack: it holds a whole message and what waits to be sent.
    auto twin = std::make_unique<peerlens::Twin>(arguments, machine);
    const int code = twin->run();
    twin.reset();
    if (code == peerlens::Twin::kReboot) {
        machine.reboot(peerlens::ResetReason::kSoftware);
    }
    return code;
}

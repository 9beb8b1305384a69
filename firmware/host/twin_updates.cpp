#include "host/twin_updates.hpp"

#include <iostream>

namespace peerlens {
namespace {

UpdateTarget target_of(const Machine& machine, std::string_view name) {
    UpdateTarget target;
    target.name.assign(name);
    target.running = machine.version();
    return target;
}

}  // namespace

TwinUpdates::TwinUpdates(Machine& machine, UpdateGate& gate, std::string_view target,
                         std::string_view key, std::uint32_t now)
    : service_({machine.slots(), verifier_, machine.record(), gate}, target_of(machine, target),
               now, machine.trial_ms()) {
    if (!verifier_.set_key(key)) {
        std::cerr << "the key for updates cannot be used: all are refused\n";
    }
}

void TwinUpdates::attach(HttpService& http, StatusHandler& status) {
    http.add(service_);
    status.add(service_);
}

}  // namespace peerlens

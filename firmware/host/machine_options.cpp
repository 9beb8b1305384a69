#include "host/machine_options.hpp"

#include "host/option_values.hpp"
#include "host/settings_options.hpp"

namespace peerlens {

std::optional<std::string> set_machine(const std::string& name, const std::string& value,
                                       MachineArguments& machine, Settings& settings) {
    if (name == "--state") {
        machine.state = value;
        return complaint(!value.empty(), name, "a folder");
    }
    if (name == "--update-key") {
        const bool fits = value.size() == 88 && settings.update_public_key.assign(value);
        return complaint(fits, name, "the 88 characters of a public key");
    }
    if (name == "--trial-ms") {
        return complaint(read_whole(value, 100, 3'600'000, machine.trial_ms), name,
                         "100 to 3600000");
    }
    return std::nullopt;
}

}  // namespace peerlens

// Options of what a twin is besides its program.
#pragma once

#include <optional>
#include <string>

#include "host/machine.hpp"
#include "settings/settings.hpp"

namespace peerlens {

// --state, --update-key and --trial-ms. Nothing when `name` is none of them; otherwise what is
// wrong, or an empty string.
std::optional<std::string> set_machine(const std::string& name, const std::string& value,
                                       MachineArguments& machine, Settings& settings);

}  // namespace peerlens

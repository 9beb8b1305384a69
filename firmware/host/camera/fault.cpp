#include "fault.hpp"

namespace peerlens {

std::optional<Fault> fault_named(std::string_view name) {
    for (const NamedFault& each : kFaults) {
        if (each.name == name) {
            return each.fault;
        }
    }
    return std::nullopt;
}

std::string_view name_of(Fault fault) {
    return kFaults[static_cast<std::size_t>(fault)].name;
}

}  // namespace peerlens

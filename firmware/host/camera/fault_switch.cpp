#include "fault_switch.hpp"

namespace peerlens {

FaultSwitch::FaultSwitch(TwinSensor& sensor) : sensor_(sensor) {
    for (const NamedFault& each : kFaults) {
        names_ += names_.empty() ? "" : ", ";
        names_ += each.name;
    }
}

bool FaultSwitch::set(std::string_view value) {
    const auto fault = fault_named(value);
    if (fault) {
        sensor_.set(*fault);
    }
    return fault.has_value();
}

void FaultSwitch::write(JsonWriter& json, std::uint32_t) {
    json.add("fault", name_of(sensor_.fault()));
    json.add("faults", std::string_view(names_));
}

}  // namespace peerlens

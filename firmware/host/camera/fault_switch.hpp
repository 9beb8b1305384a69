// Faults by /control?var=fault&val=NAME, and what /status says of them.
#pragma once

#include <string>
#include <string_view>

#include "camera/control_handler.hpp"
#include "fault.hpp"
#include "http/status_handler.hpp"
#include "twin_sensor.hpp"

namespace peerlens {

// The sensor has the fault; those that are not the pictures' are its owner's to act on.
class FaultSwitch final : public ControlVariable, public StatusPart {
public:
    explicit FaultSwitch(TwinSensor& sensor);

    std::string_view name() const override { return "fault"; }
    std::string_view expected() const override { return names_; }
    bool set(std::string_view value) override;

    void write(JsonWriter& json, std::uint32_t now) override;

private:
    TwinSensor& sensor_;
    std::string names_;
};

}  // namespace peerlens

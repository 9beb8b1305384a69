// When a device must not be updated.
#pragma once

#include <string_view>

namespace peerlens {

// Writing to flash holds up the chip for some 10 ms at a time, and a reboot ends all it does.
class UpdateGate {
public:
    // What speaks against an update now, such as "the car is armed"; empty when nothing does.
    virtual std::string_view obstacle() const = 0;
    // From the beginning of an update until it is given up (or the device reboots) the device does
    // not begin what would speak against it: a board does not arm.
    virtual void hold(bool held) = 0;

protected:
    ~UpdateGate() = default;
};

// Of a device that may be updated whatever it does, as a camera may.
class OpenGate final : public UpdateGate {
public:
    std::string_view obstacle() const override { return {}; }
    void hold(bool) override {}
};

}  // namespace peerlens

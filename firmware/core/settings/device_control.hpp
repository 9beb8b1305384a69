// What the settings' addresses ask of the device as a whole.
#pragma once

#include <string_view>

namespace peerlens {

class DeviceControl {
public:
    // Why nothing may hold up the loop now, as writing to flash does, and a restart; empty when
    // nothing speaks against it.
    virtual std::string_view obstacle() const = 0;
    // Boot again, once the answers that are on their way had half a second to get out.
    virtual void restart() = 0;

protected:
    ~DeviceControl() = default;
};

}  // namespace peerlens

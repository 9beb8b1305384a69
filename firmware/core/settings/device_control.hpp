// What the settings' addresses ask of the device as a whole.
#pragma once

namespace peerlens {

class DeviceControl {
public:
    // Whether nothing may hold up the loop now: writing to flash does, and so does a restart.
    virtual bool is_driven() const = 0;
    // Boot again, once the answers that are on their way had half a second to get out.
    virtual void restart() = 0;

protected:
    ~DeviceControl() = default;
};

}  // namespace peerlens

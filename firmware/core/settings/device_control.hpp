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

// Whether whoever is connected was let in by the password of the device's own Wi-Fi, and nobody
// else can be: then no other credential is asked for.
class SetupWindow {
public:
    virtual bool is_open() const = 0;

protected:
    ~SetupWindow() = default;
};

}  // namespace peerlens

// The radio, as the device needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "provisioning/wifi_failure.hpp"

namespace peerlens {

// One that is in reach.
struct WifiNetwork {
    Text<32> ssid;
    std::int32_t rssi_dbm = 0;
    bool is_open = false;  // asks for no password
};

struct WifiEvent {
    enum class Kind : std::uint8_t { kNothing, kJoined, kFailed };

    Kind kind = Kind::kNothing;
    WifiFailure failure = WifiFailure::kNone;
};

// Implemented by the port; called from the loop, and nothing of it waits.
class Wifi {
public:
    // Open the device's own network, with WPA2; the password has 8 to 63 characters.
    virtual void open_access_point(std::string_view ssid, std::string_view password) = 0;
    virtual void close_access_point() = 0;
    // Give up what is being tried, and try this; the result comes from take_event().
    virtual void join(std::string_view ssid, std::string_view password) = 0;
    // What happened since the last call, the oldest first: joined (with an address), failed, or
    // lost after having been joined.
    virtual WifiEvent take_event() = 0;
    // The device's address in the network that it joined; empty while it is in none.
    virtual Text<46> address() = 0;
    // Begin to look for networks, unless that is going on.
    virtual void scan() = 0;
    // Write those that the last look found to `out`, the strongest first; returns how many.
    virtual std::size_t networks(WifiNetwork* out, std::size_t room) = 0;

protected:
    ~Wifi() = default;
};

}  // namespace peerlens

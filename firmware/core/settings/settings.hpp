// All that can be set on a device without building its firmware anew.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/text.hpp"
#include "drive/pin_settings.hpp"

namespace peerlens {

// The network that the device joins. Without a name it is not provisioned.
struct WifiSettings {
    Text<32> ssid;
    Text<64> password;  // secret; empty: the network is open
};

// Who the device is. The setup code is made at the first boot, from the chip's own random numbers,
// and outlives a factory reset: it is the password of the device's own Wi-Fi, and of the device's
// HTTP for as long as `AccessSettings::password` is empty.
struct IdentitySettings {
    Text<64> id;          // as the gateway knows it
    Text<512> token;      // secret; what the device says to the gateway or signaling
    Text<63> hostname;    // of mDNS, without .local
    Text<16> setup_code;  // secret, and not to be set
};

enum class LinkMode : std::uint8_t {
    kRegister,  // a camera tells where it streams; a board waits for commands
    kPush,      // a camera that nobody can reach sends its pictures
    kOff,       // no link: HTTP only
};

// The gateway or signaling that the device registers with.
struct ServerSettings {
    Text<255> url;  // ws:// or wss:// with a path; empty: no link
    LinkMode mode = LinkMode::kRegister;
    // What the certificate of a wss:// server is checked against; empty: what is built in. Too
    // long to be shown, as secrets are not.
    Text<3000> ca_pem;
    // Where others reach /stream; empty: made of the device's address.
    Text<255> stream_url;
};

// Who may use the device's own HTTP. User and password (Basic) may do everything, the token
// (Bearer) may look: /stream, /snapshot, /status. Without a token only the password is taken.
struct AccessSettings {
    Text<32> user = "admin";
    Text<64> password;           // secret; empty: the setup code
    Text<128> token;             // secret; empty: none
    bool open_pictures = false;  // /stream, /snapshot and /status without a credential
};

struct NetworkSettings {
    Text<128> ntp_server = "pool.ntp.org";  // empty: the device does not know the time
    // Asked for when the address changes, {address} replaced by it; secret, as it carries a key;
    // empty: nobody is told.
    Text<384> ddns_url;
};

enum class FrameSize : std::uint8_t { kQvga, kCif, kHvga, kVga, kSvga, kXga, kHd, kSxga, kUxga };

struct CameraSettings {
    FrameSize frame_size = FrameSize::kVga;
    std::uint32_t quality = 12;   // of the sensor's JPEG, 4 (best) to 63
    std::uint32_t fps = 25;       // at most so many frames in a second, 1 to 60
    std::uint32_t xclk_mhz = 20;  // 8 to 24
    bool hmirror = false;
    bool vflip = false;
};

struct BoardDeviceSettings {
    PinSettings pins;
    BatterySettings battery;
    double most_forward = 1.0;        // throttle, 0 to 1
    double most_reverse = 1.0;        // throttle, 0 to 1
    std::uint32_t failsafe_ms = 250;  // 100 to 500
    bool reverse = true;
    bool lights = false;
    bool horn = false;
    bool pan = false;
    bool tilt = false;
};

// `camera` is of a camera, `board` of a control board; the rest is of both.
struct Settings {
    WifiSettings wifi;
    IdentitySettings identity;
    ServerSettings server;
    AccessSettings access;
    NetworkSettings network;
    CameraSettings camera;
    BoardDeviceSettings board;
    // Who may sign an update: base64 of the 65 bytes of a P-256 point; empty: nobody.
    Text<88> update_public_key;
};

}  // namespace peerlens

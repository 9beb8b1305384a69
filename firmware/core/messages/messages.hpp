// The messages between a device and its gateway, or signaling, as in protocol/messages.py.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "drive/failsafe.hpp"
#include "drive/freshness.hpp"
#include "json/json_string.hpp"

namespace peerlens {

constexpr std::int64_t kProtocolVersion = 1;
constexpr std::size_t kMaxMessageBytes = 65'536;

// Gateway to board

// The registration stands. Relays (iceServers) are checked, but of no use to a board.
struct Registered {
    double heartbeat_s = 0.0;
    std::int64_t v = kProtocolVersion;
};

// What the board is to do beside throttle and steering. Pan and tilt: -1 to 1.
struct Accessories {
    bool lights = false;
    bool horn = false;
    double pan = 0.0;
    double tilt = 0.0;
};

// What the board is to do now.
struct Actuate {
    std::uint32_t seq = 0;
    double ttl_ms = 0.0;
    Heard heard;
    DriveCommand drive;
    Accessories accessories;
};

struct Stop {};
struct ClearStop {};

// Something was refused; the strings are valid as long as the text that was decoded.
struct Error {
    JsonString problem;
    JsonString detail;
    JsonString session;  // empty when there is none
};

// Both ways

struct Ping {
    std::uint32_t id = 0;
};
struct Pong {
    std::uint32_t id = 0;
};

// Board to gateway

struct BoardCapabilities {
    bool lights = false;
    bool horn = false;
    bool pan = false;
    bool tilt = false;
    bool reverse = true;
};

// The most throttle that the motor gets either way, 0 to 1, and when the board goes neutral.
struct BoardLimits {
    double forward = 1.0;
    double reverse = 1.0;
    double failsafe_ms = 250.0;
};

struct BoardHealth {
    std::optional<double> battery_v;
    std::optional<double> battery_percent;
    std::optional<double> rssi_dbm;
};

// The first message on a link. Empty strings are left out.
struct RegisterBoard {
    std::string_view device_id;
    std::int64_t v = kProtocolVersion;
    std::string_view token;
    BoardCapabilities capabilities;
    BoardLimits limits;
    std::string_view model;
    std::string_view firmware;
};

// The first message of a camera. Empty strings are left out.
struct RegisterCamera {
    std::string_view device_id;
    std::int64_t v = kProtocolVersion;
    std::string_view stream_url;
    std::string_view token;
    std::string_view model;
    std::string_view firmware;
};

// What became of a command; `at_ms` is of the board's clock.
struct Acted {
    std::uint32_t seq = 0;
    std::uint32_t at_ms = 0;
    DriveState state = DriveState::kDisarmed;
    double throttle = 0.0;
    double steering = 0.0;
};

struct Telemetry {
    std::uint32_t at_ms = 0;
    DriveState state = DriveState::kDisarmed;
    BoardHealth health;
};

// Why a message was refused; the names are in protocol/errors.py.
enum class Problem : std::uint8_t { kMalformedMessage, kUnknownType, kInvalidField };

using GatewayToBoard =
    std::variant<Problem, Registered, Actuate, Stop, ClearStop, Error, Ping, Pong>;

}  // namespace peerlens

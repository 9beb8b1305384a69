// The control board: what it says and does, without socket, clock or pins.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/link_state.hpp"
#include "drive/failsafe.hpp"
#include "drive/outputs.hpp"
#include "messages/decoder.hpp"
#include "messages/encoder.hpp"
#include "messages/messages.hpp"

namespace peerlens {

// What this board is. The strings must outlive it.
struct BoardSettings {
    std::string_view device_id;
    std::string_view token;
    std::string_view model;
    std::string_view firmware;
    BoardCapabilities capabilities;
    BoardLimits limits;
};

// What a board needs of whoever has the link.
class BoardPort {
public:
    // Send one message, or drop it when there is no room.
    virtual void send(std::string_view text) = 0;
    // The command `seq` was fresh and newer, and went to the failsafe.
    virtual void obeyed(std::uint32_t seq) = 0;
    // The gateway refuses something. Strings are valid during the call.
    virtual void refused(const Error& error) = 0;

protected:
    ~BoardPort() = default;
};

// `now` is in milliseconds since boot, modulo 2^32; tick() must be called at least every 20 ms.
class Board {
public:
    static constexpr std::uint32_t kSilenceMs = 3000;
    static constexpr std::uint32_t kPingMs = 1000;
    static constexpr std::uint32_t kTelemetryMs = 500;

    Board(const BoardSettings& settings, BoardPort& port, std::uint32_t now);

    void tick(std::uint32_t now);
    void link_opened(std::uint32_t now);
    void received(std::uint32_t now, std::string_view text);
    void link_lost(std::uint32_t now);
    // The watchdog had given the loop up.
    void was_stalled(std::uint32_t now);
    // While it is held (an update runs, an ESC is not ready, the device is about to restart) it is
    // disarmed and cannot be armed. Commands are answered with what they do, which is nothing.
    void hold(std::uint32_t now, bool held);
    // What telemetry tells from now on.
    void measured(const BoardHealth& health) { health_ = health; }

    Outputs outputs() const;
    LinkState link() const { return link_; }
    // How many messages were refused, and how many commands were too old or not newer.
    std::uint32_t refused() const { return refused_; }
    std::uint32_t dropped() const { return dropped_; }

private:
    void handle(std::uint32_t now, const Registered& message);
    void handle(std::uint32_t now, const Actuate& message);
    void handle(std::uint32_t now, const Stop& message);
    void handle(std::uint32_t now, const ClearStop& message);
    void handle(std::uint32_t now, const Error& message);
    void handle(std::uint32_t now, const Ping& message);
    void handle(std::uint32_t now, const Pong& message);
    void handle(std::uint32_t now, Problem problem);
    void keep_link(std::uint32_t now);
    void send_telemetry(std::uint32_t now);
    double limited(double throttle) const;

    const BoardSettings settings_;
    BoardPort& port_;
    Failsafe failsafe_;
    Decoder decoder_;
    Encoder encoder_;
    BoardHealth health_;
    Accessories accessories_;

    LinkState link_ = LinkState::kDown;
    std::uint32_t heard_at_ = 0;
    std::uint32_t pinged_at_ = 0;
    std::uint32_t told_at_ = 0;
    std::uint32_t ping_id_ = 0;
    bool held_ = false;
    bool has_seq_ = false;  // of this link
    std::uint32_t seq_ = 0;
    std::uint32_t refused_ = 0;
    std::uint32_t dropped_ = 0;
};

}  // namespace peerlens

// The camera's link to the gateway, or to signaling, on a real connection.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "camera/camera_link.hpp"
#include "camera/frame_store.hpp"
#include "device/connection.hpp"
#include "device/pollable.hpp"
#include "device/tls.hpp"
#include "device/websocket_link.hpp"
#include "http/status_handler.hpp"
#include "settings/settings.hpp"

namespace peerlens {

// Whoever reads along: a log, a light.
class UplinkWatcher {
public:
    // As LinkSpeaker::tell_link().
    virtual void tell_link(bool is_up, std::string_view reason) = 0;
    // The server refuses something; the same twice in a row is told once.
    virtual void tell_refused(std::string_view problem, std::string_view detail) = 0;

protected:
    ~UplinkWatcher() = default;
};

// What this camera is, beside its settings. The strings must outlive the uplink.
struct CameraMake {
    std::string_view model;
    std::string_view firmware;
    std::uint16_t stream_port;  // where /stream answers
};

// Registers as the settings say: with an address where the server reaches /stream, or pushing
// pictures. To be added to the device's loop, and to its /status.
class CameraUplink final : public Pollable,
                           public StatusPart,
                           private LinkSpeaker,
                           private CameraLinkPort {
public:
    // Without `tls` there is no wss.
    CameraUplink(Random& random, const Clock& clock, Tls* tls, FrameStore& frames,
                 const CameraMake& make, UplinkWatcher& watcher);

    // Connect, or stay away, as these say. They must outlive this, and it has to be called again
    // after each change of them. Returns "" or what is wrong: then there is no link.
    std::string_view apply(const Settings& settings);
    void set_stream_port(std::uint16_t port) { make_.stream_port = port; }
    void network_changed() { websocket_.network_changed(); }
    void stop(std::string_view reason) { websocket_.stop(reason); }

    LinkState state() const { return link_.link(); }

    // Pollable
    std::size_t watch(pollfd* out, std::size_t room) override {
        return websocket_.watch(out, room);
    }
    int patience_ms(std::uint32_t now) const override {
        return std::min(websocket_.patience_ms(now), link_.patience_ms(now));
    }
    void serve(const pollfd* happened, std::size_t count, std::uint32_t now) override;
    // StatusPart: `link`, and of a camera that pushes how many pictures.
    void write(JsonWriter& json, std::uint32_t now) override;

private:
    // LinkSpeaker
    void link_opened(std::uint32_t now) override;
    void received(std::uint32_t now, std::string_view text) override;
    void link_passed(std::uint32_t now) override { link_.tick(now); }
    void link_lost(std::uint32_t) override { link_.link_lost(); }
    LinkState link() const override { return link_.link(); }
    void tell_link(bool is_up, std::string_view reason) override;
    // CameraLinkPort
    bool send(std::string_view text) override { return websocket_.send(text); }
    bool send_picture(std::string_view jpeg) override { return websocket_.send_binary(jpeg); }
    bool is_sending() const override { return websocket_.is_sending(); }
    void refused(const Error& error) override;

    std::string_view stream_url();

    Tls* const tls_;
    CameraMake make_;
    UplinkWatcher& watcher_;
    Resolver resolver_;
    Connection connection_;
    CameraLink link_;
    WebSocketLink websocket_;
    const Settings* settings_ = nullptr;
    std::array<char, 80> stream_url_{};
    Text<320> refusal_;  // the last that was told
    std::string_view wrong_;
};

}  // namespace peerlens

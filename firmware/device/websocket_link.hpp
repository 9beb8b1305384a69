// Keeps a device connected to its gateway, or to signaling.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/backoff.hpp"
#include "base/link_state.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "device/clock.hpp"
#include "device/connection.hpp"
#include "device/pollable.hpp"
#include "websocket/server_url.hpp"
#include "websocket/websocket.hpp"

namespace peerlens {

// Whoever speaks over the link: a board, or a camera.
class LinkSpeaker {
public:
    // The link is open: introduce yourself.
    virtual void link_opened(std::uint32_t now) = 0;
    virtual void received(std::uint32_t now, std::string_view text) = 0;
    // In each pass while it is open, and after what was received.
    virtual void link_passed(std::uint32_t now) = 0;
    virtual void link_lost(std::uint32_t now) = 0;
    // Dead makes it be dropped; up ends the attempt.
    virtual LinkState link() const = 0;
    // For whoever reads along: it is up, or down and why. Attempts that fail for the same reason
    // are told once: a gateway may be away for days.
    virtual void tell_link(bool is_up, std::string_view reason) = 0;

protected:
    ~LinkSpeaker() = default;
};

// Connects, and again, for ever: after 100 ms at first, at most 2 s between attempts, each delay
// shortened at random; after 10 s where a person must act first. After another device has taken
// this one's name it stays away for five minutes, or two of the same name would throw each other
// out for ever.
class WebSocketLink final : public Pollable, private WebSocketPort {
public:
    static constexpr std::uint32_t kConnectTimeoutMs = 3000;
    // TLS on the chip takes a second or two, and a name has to be looked up.
    static constexpr std::uint32_t kSecureTimeoutMs = 12'000;
    static constexpr std::uint32_t kRefusedRetryMs = 10'000;
    static constexpr std::uint32_t kSupersededRetryMs = 300'000;
    // Only a link that stood for so long makes the next delay short again.
    static constexpr std::uint32_t kStableMs = 2000;

    WebSocketLink(Connection& connection, Random& random, const Clock& clock, LinkSpeaker& speaker);

    // Connect to this ws:// or wss:// address from now on; empty: to none. `path` is for where the
    // address has none, and must outlive this. Returns false for what is no such address, and
    // then connects to none.
    bool set_server(std::string_view url, std::string_view path = "/");
    // The network is gone, or has come back: give up what there is, and try again at once.
    void network_changed();
    // Say goodbye and stay away.
    void stop(std::string_view reason);

    // Pollable
    std::size_t watch(pollfd* out, std::size_t room) override;
    int patience_ms(std::uint32_t now) const override;
    void serve(const pollfd* happened, std::size_t count, std::uint32_t now) override;

    // For the speaker, as in WebSocket.
    bool send(std::string_view text);
    bool send_binary(std::string_view bytes);
    bool is_sending() const { return websocket_.is_sending(); }

    // Another device has taken this one's name.
    bool is_superseded() const { return superseded_; }
    // Why it is not up; empty while it is, or before the first attempt has failed.
    std::string_view reason() const { return told_up_ ? std::string_view() : told_reason_.view(); }
    // The address of this device, as this link sees it; empty while there is none.
    std::string_view local_address() const { return local_address_; }

private:
    // WebSocketPort
    std::size_t room() const override { return connection_.room(); }
    void transmit(std::string_view bytes) override { connection_.send(bytes); }
    void opened() override;
    void message(std::string_view text) override;
    void closed(std::uint16_t code, std::string_view reason) override;

    void serve_socket(short happened);
    void begin_websocket();
    void read();
    void flush();
    void keep_connected();
    void tell_up();
    void drop(std::string_view reason, std::uint32_t retry_ms = 0);

    Connection& connection_;
    Random& random_;
    const Clock& clock_;
    LinkSpeaker& speaker_;
    WebSocket websocket_;
    Backoff backoff_;

    Text<255> url_;
    ServerUrl server_;  // of url_
    bool has_server_ = false;
    std::uint32_t connect_at_ = 0;  // connecting: when it began; else when it ended
    std::uint32_t retry_ms_ = 0;
    std::uint32_t up_at_ = 0;
    bool told_up_ = false;
    bool superseded_ = false;
    Text<255> told_reason_;
    std::array<char, 46> local_text_{};
    std::string_view local_address_;
};

}  // namespace peerlens

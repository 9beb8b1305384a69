#include "device/websocket_link.hpp"

#include <algorithm>
#include <cstdio>

#include "base/printable.hpp"
#include "websocket/close_code.hpp"

namespace peerlens {
namespace {

Text<255> printable(std::string_view text) {
    std::array<char, 200> shown{};
    const std::size_t size = std::min(text.size(), shown.size());
    std::copy_n(text.data(), size, shown.data());
    make_printable(shown.data(), size);
    Text<255> out;
    out.assign({shown.data(), size});
    return out;
}

}  // namespace

WebSocketLink::WebSocketLink(Connection& connection, Random& random, const Clock& clock,
                             LinkSpeaker& speaker)
    : connection_(connection),
      random_(random),
      clock_(clock),
      speaker_(speaker),
      websocket_(*this, random) {}

bool WebSocketLink::set_server(std::string_view url, std::string_view path) {
    if (connection_.is_open()) {
        drop("the server's address has changed");
    }
    has_server_ = false;
    superseded_ = false;
    if (url.empty()) {
        return true;
    }
    if (!url_.assign(url)) {
        return false;
    }
    const auto parsed = parse_server_url(url_.view());
    has_server_ = parsed.has_value();
    server_ = parsed.value_or(ServerUrl{});
    if (server_.path == "/") {
        server_.path = path;
    }
    network_changed();
    return has_server_;
}

void WebSocketLink::network_changed() {
    if (connection_.is_open()) {
        drop("the network has changed");
    }
    backoff_.reset();
    retry_ms_ = superseded_ ? retry_ms_ : 0;
}

void WebSocketLink::stop(std::string_view reason) {
    has_server_ = false;
    drop(reason);
}

std::size_t WebSocketLink::watch(pollfd* out, std::size_t room) {
    if (connection_.descriptor() < 0 || room == 0) {
        return 0;
    }
    *out = {connection_.descriptor(), connection_.events(), 0};
    return 1;
}

// What poll() does not see: bytes that TLS has read already, and the end of a look-up.
int WebSocketLink::patience_ms(std::uint32_t) const {
    constexpr int kLookUpMs = 5;
    constexpr int kNoHurry = 1000;
    if (connection_.has_unread()) {
        return 0;
    }
    return connection_.is_open() && connection_.descriptor() < 0 ? kLookUpMs : kNoHurry;
}

void WebSocketLink::serve(const pollfd* happened, std::size_t count, std::uint32_t) {
    serve_socket(count > 0 ? happened->revents : short{0});
    if (websocket_.is_open()) {
        speaker_.link_passed(clock_.now());
    }
    keep_connected();
    flush();
    tell_up();
}

void WebSocketLink::serve_socket(short happened) {
    if (!connection_.is_open()) {
        return;
    }
    const bool was_connected = connection_.is_connected();
    const std::string_view error = connection_.advance(happened);
    if (!error.empty()) {
        return drop(error);
    }
    if (!was_connected && connection_.is_connected()) {
        begin_websocket();
    }
    if (connection_.is_connected()) {
        read();
    }
    // What was answered goes out at once, not after the next poll.
    flush();
}

void WebSocketLink::begin_websocket() {
    local_address_ = connection_.local_address(local_text_.data(), local_text_.size());
    if (!websocket_.start(server_.authority, server_.path)) {
        drop("the server's address is too long", kRefusedRetryMs);
    }
}

// Reads a bounded amount in each pass, so that a flood cannot keep the loop from its tick.
void WebSocketLink::read() {
    std::array<char, 4096> buffer;
    for (int pieces = 0; pieces < 4 && connection_.is_connected(); ++pieces) {
        std::string_view error;
        const std::string_view bytes = connection_.receive(buffer.data(), buffer.size(), error);
        websocket_.received(bytes);
        if (!error.empty() && connection_.is_open()) {
            return drop(error);
        }
        if (bytes.size() < buffer.size() && !connection_.has_unread()) {
            return;
        }
    }
}

// Hand over what waits, and what there is room for then, until the system takes no more.
void WebSocketLink::flush() {
    while (connection_.is_connected()) {
        const std::string_view error = connection_.advance(0);
        if (!error.empty()) {
            return drop(error);
        }
        if (!websocket_.send_more()) {
            return;
        }
    }
}

void WebSocketLink::keep_connected() {
    const std::uint32_t now = clock_.now();
    const LinkState link = speaker_.link();
    if (connection_.is_open() && link == LinkState::kDead) {
        return drop("silent");
    }
    const std::uint32_t waited_ms = now - connect_at_;
    if (connection_.is_open()) {
        const std::uint32_t timeout_ms = server_.secure ? kSecureTimeoutMs : kConnectTimeoutMs;
        if (link == LinkState::kDown && waited_ms >= timeout_ms) {
            drop("connecting took too long");
        }
        return;
    }
    if (has_server_ && waited_ms >= retry_ms_) {
        connect_at_ = now;
        superseded_ = false;
        const std::string_view error =
            connection_.connect(server_.host, server_.port, server_.secure);
        if (!error.empty()) {
            drop(error);
        }
    }
}

void WebSocketLink::tell_up() {
    if (speaker_.link() != LinkState::kUp) {
        return;
    }
    const std::uint32_t now = clock_.now();
    if (!told_up_) {
        told_up_ = true;
        up_at_ = now;
        speaker_.tell_link(true, {});
    }
    if (now - up_at_ >= kStableMs) {
        backoff_.reset();
    }
}

// The link is over; try again after `retry_ms`, or after the next delay if that is 0.
void WebSocketLink::drop(std::string_view reason, std::uint32_t retry_ms) {
    const Text<255> told = printable(reason);
    const std::uint32_t now = clock_.now();
    speaker_.link_lost(now);
    if (connection_.is_open()) {
        websocket_.close(kGoingAway);
        connection_.advance(0);
        connection_.close();
    }
    local_address_ = {};
    connect_at_ = now;
    retry_ms_ = retry_ms > 0 ? retry_ms : backoff_.next_ms(random_);
    const bool is_new = told_up_ || !(told == told_reason_);
    told_reason_ = told;
    told_up_ = false;
    if (is_new) {
        speaker_.tell_link(false, told);
    }
}

bool WebSocketLink::send(std::string_view text) {
    return websocket_.send(text);
}

bool WebSocketLink::send_binary(std::string_view bytes) {
    return websocket_.send_binary(bytes);
}

void WebSocketLink::opened() {
    speaker_.link_opened(clock_.now());
}

void WebSocketLink::message(std::string_view text) {
    speaker_.received(clock_.now(), text);
}

void WebSocketLink::closed(std::uint16_t code, std::string_view reason) {
    char text[200];
    const int length =
        std::snprintf(text, sizeof text, "closed %u %.*s", unsigned{code},
                      static_cast<int>(std::min<std::size_t>(reason.size(), 125)), reason.data());
    superseded_ = code == kSuperseded;
    drop({text, static_cast<std::size_t>(length)}, superseded_            ? kSupersededRetryMs
                                                   : needs_a_person(code) ? kRefusedRetryMs
                                                                          : 0);
}

}  // namespace peerlens

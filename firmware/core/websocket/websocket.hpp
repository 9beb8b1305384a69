// A WebSocket client without a socket (RFC 6455).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/random.hpp"
#include "websocket/handshake.hpp"

// The longest message that is taken. The contract has 65,536; a chip that is short of memory, and
// is told short things only, may be built with less.
#ifndef PEERLENS_MAX_MESSAGE
#define PEERLENS_MAX_MESSAGE 65'536
#endif

namespace peerlens {

// What a WebSocket needs of whoever has the socket, and tells it.
class WebSocketPort {
public:
    // How many bytes transmit() can take now.
    virtual std::size_t room() const = 0;
    virtual void transmit(std::string_view bytes) = 0;
    virtual void opened() = 0;
    // One whole message. The text is valid during the call.
    virtual void message(std::string_view text) = 0;
    // No more is to come; the socket is to be closed once all was sent. `code` is the one that
    // was received, or why this end gave up: 1002, 1003, 1007 or 1009; 1006 when the handshake
    // was refused. `reason` is valid during the call.
    virtual void closed(std::uint16_t code, std::string_view reason) = 0;

protected:
    ~WebSocketPort() = default;
};

// One connection, from handshake to close, without extensions: text both ways, and binary messages
// from here. It holds one message that comes and one control frame, and nothing else waits in it:
// what there is no room for is not sent.
class WebSocket {
public:
    static constexpr std::size_t kMaxMessage = PEERLENS_MAX_MESSAGE;
    // The largest piece of a binary message that goes in one frame. Between two of them control
    // frames find their way, so that a slow link still answers pings.
    static constexpr std::size_t kPiece = 4096;

    WebSocket(WebSocketPort& port, Random& random) : port_(port), random_(random) {}

    // Begin anew, on a socket that has just been connected. Returns false when host and path are
    // too long.
    bool start(std::string_view host, std::string_view path);
    void received(std::string_view bytes);
    // Returns false when there was no room, the connection is not open, or a binary message is
    // on its way.
    bool send(std::string_view text);
    // Begin a binary message, which leaves in pieces as there is room for them, with each
    // send_more(). `bytes` are not copied: they must stay until is_sending() is false. Returns
    // false when one is on its way already, or the connection is not open.
    bool send_binary(std::string_view bytes);
    // Returns whether anything was sent.
    bool send_more();
    bool is_sending() const { return is_sending_; }
    // Say goodbye; closed() is called when the server has answered.
    void close(std::uint16_t code);

    bool is_open() const { return state_ == State::kOpen; }

private:
    enum class State : std::uint8_t { kIdle, kConnecting, kOpen, kClosing, kClosed };
    enum Opcode : std::uint8_t {
        kContinuation = 0,
        kText = 1,
        kBinary = 2,
        kClose = 8,
        kPing = 9,
        kPong = 10,
    };

    std::size_t handshake(std::string_view bytes);
    std::size_t header(std::string_view bytes);
    std::size_t payload(std::string_view bytes);
    std::size_t header_size() const;
    bool begin_frame();
    bool check_data(std::uint64_t length);
    void end_frame();
    void end_control();
    void end_message();
    void closed_by_server();
    void end_sending(State state);
    void fail(std::uint16_t code, const char* reason);
    bool send_frame(Opcode opcode, std::string_view payload, bool is_last = true);

    WebSocketPort& port_;
    Random& random_;
    Handshake handshake_;
    State state_ = State::kIdle;

    std::string_view unsent_;  // of the binary message that is being sent
    bool is_sending_ = false;
    bool is_continued_ = false;

    std::array<std::uint8_t, 10> header_;  // of the frame that is being read
    std::size_t header_read_ = 0;
    std::uint64_t payload_left_ = 0;
    bool in_payload_ = false;

    bool in_message_ = false;  // between the first and the last fragment
    std::array<char, kMaxMessage> message_;
    std::size_t message_size_ = 0;
    std::array<char, 125> control_{};
    std::size_t control_size_ = 0;
};

}  // namespace peerlens

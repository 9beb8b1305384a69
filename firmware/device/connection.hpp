// A connection to a server, plain or TLS, that never blocks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "device/resolver.hpp"
#include "device/tls.hpp"

// What waits to be sent. A chip without PSRAM has no room for much, and a board sends little.
#ifndef PEERLENS_SEND_BUFFER
#define PEERLENS_SEND_BUFFER 16'384
#endif

namespace peerlens {

// One at a time: connect(), then, until close(), in each pass of the loop: poll descriptor() for
// events() (no longer than a few ms while it is not connected: a look-up wakes nobody; not at all
// when has_unread()), call advance() with what happened, and receive(). What is sent waits in a
// buffer of fixed size. Whoever uses it sets the deadline: nothing here gives up by itself but
// the look-up of the name.
class Connection {
public:
    static constexpr std::size_t kBuffer = PEERLENS_SEND_BUFFER;
    // What the system may hold besides, unsent or unacknowledged, where it can be told to.
    static constexpr int kSystemBuffer = 65'536;

    // Without `tls` only plain connections can be had. Both must outlive it.
    Connection(Resolver& resolver, Tls* tls) : resolver_(resolver), tls_(tls) {}
    ~Connection() { close(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Begin: look `host` up, connect to the next of its addresses with each call, shake hands.
    // Returns "" or what is wrong; every text is valid until the next call.
    std::string_view connect(std::string_view host, std::uint16_t port, bool secure);
    void close();

    // Between connect() and close().
    bool is_open() const { return stage_ != Stage::kClosed; }
    // Bytes can go both ways.
    bool is_connected() const { return stage_ == Stage::kConnected; }
    // -1 while there is no socket (closed, or the name is being looked up).
    int descriptor() const { return descriptor_; }
    // What to poll for.
    short events() const;
    // There is more to receive() that poll() does not see.
    bool has_unread() const { return is_connected() && secure_ && tls_->has_unread(); }

    // After poll, with its revents (0 is allowed at any time): goes on connecting, and sends what
    // waits. Returns "" or what went wrong, after which only close() makes sense.
    std::string_view advance(short happened);
    // Read into `buffer`: what came, or nothing. `error` is set when the connection is over.
    std::string_view receive(char* buffer, std::size_t size, std::string_view& error);

    std::size_t room() const { return kBuffer - waiting_; }
    // At most room() bytes. An error shows at the next advance().
    void send(std::string_view bytes);
    // How many bytes the system has taken, modulo 2^32: more of them is a sign of life, for it
    // takes only so many that the other end did not acknowledge.
    std::uint32_t taken() const { return taken_; }

    // This end's address, written to `out`, where there is a socket.
    std::string_view local_address(char* out, std::size_t size) const;

private:
    enum class Stage : std::uint8_t { kClosed, kLookUp, kConnecting, kHandshake, kConnected };

    std::string_view open_socket();
    std::string_view finish_connecting(short happened);
    std::string_view shake_hands();
    std::string_view flush();

    Resolver& resolver_;
    Tls* tls_;
    Stage stage_ = Stage::kClosed;
    bool secure_ = false;
    int descriptor_ = -1;
    std::size_t attempt_ = 0;
    std::array<char, Resolver::kMaxHost + 1> host_{};
    std::array<char, kBuffer> buffer_;
    std::size_t waiting_ = 0;
    std::uint32_t taken_ = 0;
};

}  // namespace peerlens

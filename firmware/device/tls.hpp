// TLS as a Connection needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace peerlens {

// The client's part, over one socket at a time, which never blocks. The server is who it says it
// is, or there is no connection.
class Tls {
public:
    enum class Progress : std::uint8_t { kAgain, kDone, kFailed };
    static constexpr int kFailed = -1;
    static constexpr int kLater = -2;

    // Trust the authorities in `pem`, and no others; the built-in ones when it is empty. Ends
    // the connection there is. Returns "" or what is wrong with it.
    virtual std::string_view trust(std::string_view pem) = 0;

    // Begin on a socket that is connected. Returns false and a reason().
    virtual bool begin(int descriptor, std::string_view host) = 0;
    // Go on with the handshake, whenever the socket can be read or written.
    virtual Progress handshake() = 0;
    virtual void end() = 0;

    // How many bytes, 0 at the end, kFailed with a reason(), or kLater. After kLater send() must
    // be called with the same bytes, or more of them behind, again.
    virtual int receive(char* buffer, std::size_t size) = 0;
    virtual int send(std::string_view bytes) = 0;
    // Say goodbye, as far as there is room for it.
    virtual void close_notify() = 0;
    // Bytes that poll() does not see any more, and receive() still has.
    virtual bool has_unread() const = 0;
    // Whether it waits for the socket to be written to.
    virtual bool wants_to_write() const = 0;
    // Valid until the next call.
    virtual std::string_view reason() const = 0;

protected:
    ~Tls() = default;
};

}  // namespace peerlens

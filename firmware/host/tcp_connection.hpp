// A TCP connection that never blocks.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace peerlens {

// One connection at a time: connect(), then poll fd() for events(), and call advance() when
// something happened. What is sent waits in a buffer of fixed size.
class TcpConnection {
public:
    static constexpr std::size_t kBuffer = 65'536;

    TcpConnection() = default;
    ~TcpConnection() { close(); }
    TcpConnection(const TcpConnection&) = delete;
    TcpConnection& operator=(const TcpConnection&) = delete;

    // Begin to connect, to the next of the host's addresses with each call. Looking up a name can
    // block; nothing is driven meanwhile. Returns what is wrong, or an empty string.
    std::string connect(const std::string& host, const std::string& port);
    void close();

    bool is_open() const { return descriptor_ >= 0; }
    bool is_connected() const { return connected_; }
    int descriptor() const { return descriptor_; }
    // What to poll for.
    short events() const;

    // After poll: finish connecting, and send what waits. Returns what went wrong.
    std::string advance(short happened);
    // Read into `buffer`: what came, or nothing. `error` is set when the connection is over.
    std::string_view receive(char* buffer, std::size_t size, std::string& error);

    std::size_t room() const { return kBuffer - waiting_; }
    // At most room() bytes. An error shows at the next advance().
    void send(std::string_view bytes);

private:
    std::string flush();

    int descriptor_ = -1;
    bool connected_ = false;
    std::size_t attempt_ = 0;
    std::array<char, kBuffer> buffer_;
    std::size_t waiting_ = 0;
};

}  // namespace peerlens

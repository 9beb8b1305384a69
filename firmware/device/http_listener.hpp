// The device's HTTP server: sockets for HttpConnections.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "device/pollable.hpp"
#include "http/http_connection.hpp"

namespace peerlens {

// One client.
struct HttpClient {
    HttpConnection connection;
    int descriptor = -1;
    bool blocked = false;  // the socket takes no more for now
    bool shut = false;     // its sending direction
};

// At most as many clients as there is memory for. When all are taken, a new one gets the place of
// whoever has been idle the longest; when nobody is, 503. One address gets three quarters of them.
class HttpListener final : public Pollable {
public:
    static constexpr std::size_t kPorts = 2;

    // `clients` is an array of `count`.
    HttpListener(HttpService& service, HttpClient* clients, std::size_t count)
        : service_(service), clients_(clients), count_(count) {}
    ~HttpListener() { close(); }
    HttpListener(const HttpListener&) = delete;
    HttpListener& operator=(const HttpListener&) = delete;

    // Listen on one more port; 0 takes any. `address` is a number, 0.0.0.0 or ::, for instance.
    // Returns the port, 0 when that fails: errno says why.
    std::uint16_t listen(std::string_view address, std::uint16_t port);
    // Close the ports, and reset all clients.
    void close();
    // Reset all clients; the ports stay open.
    void reset_clients();
    std::size_t clients() const;

    std::size_t watch(pollfd* out, std::size_t room) override;
    void serve(const pollfd* happened, std::size_t count, std::uint32_t now) override;

private:
    void accept(int listener, std::uint32_t now);
    HttpClient* place_for(const RemoteAddress& from, std::uint32_t now);
    void serve(HttpClient& client, short happened, std::uint32_t now);
    void read(HttpClient& client, std::uint32_t now);
    void send(HttpClient& client, std::uint32_t now);
    void settle(HttpClient& client);
    void close(HttpClient& client, bool reset);

    HttpService& service_;
    HttpClient* const clients_;
    const std::size_t count_;
    std::array<int, kPorts> ports_{-1, -1};
    bool rests_ = false;  // accepts nobody until the next pass
    std::array<char, 4096> input_;
};

}  // namespace peerlens

// A client's socket, and how it reads: with a deadline for everything.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <string>

namespace peerlens {

// Call `pass` until `done`; returns whether that was within five seconds.
inline bool within_deadline(const std::function<void()>& pass, const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        pass();
    }
    return true;
}

// On the loopback interface; never blocks.
class Client {
public:
    // `receive_buffer`: of the system's, 0 for its default.
    explicit Client(std::uint16_t port, int receive_buffer = 0)
        : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
        if (receive_buffer > 0) {
            setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        pollfd writable{descriptor_, POLLOUT, 0};
        poll(&writable, 1, 5'000);
    }
    ~Client() { close(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(const std::string& bytes) {
        ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    void get(const std::string& path, const std::string& fields = "") {
        send("GET " + path + " HTTP/1.1\r\nHost: cam\r\n" + fields + "\r\n");
    }
    // Read what there is.
    void read() {
        char buffer[65'536];
        for (;;) {
            const ssize_t count = recv(descriptor_, buffer, sizeof buffer, 0);
            if (count > 0) {
                received.append(buffer, static_cast<std::size_t>(count));
                continue;
            }
            ended = ended || count == 0;
            was_reset = was_reset || (count < 0 && errno == ECONNRESET);
            return;
        }
    }
    void stop_sending() { shutdown(descriptor_, SHUT_WR); }
    void close() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
        descriptor_ = -1;
    }

    bool has(const std::string& text) const { return received.find(text) != std::string::npos; }
    std::size_t count(const std::string& text) const {
        std::size_t found = 0;
        for (std::size_t at = received.find(text); at != std::string::npos;
             at = received.find(text, at + text.size())) {
            ++found;
        }
        return found;
    }
    bool is_over() const { return ended || was_reset; }

    std::string received;
    bool ended = false;
    bool was_reset = false;

private:
    int descriptor_;
};

}  // namespace peerlens

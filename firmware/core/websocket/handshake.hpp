// The opening handshake of a WebSocket, the client's part (RFC 6455, 4.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/random.hpp"

namespace peerlens {

class Handshake {
public:
    static constexpr std::size_t kMaxRequest = 1024;
    static constexpr std::size_t kMaxAnswer = 4096;

    enum class Progress : std::uint8_t { kReading, kOpen, kRefused };

    // Make a new key, and return the request; empty when host and path are too long for it.
    // `host` is as in a URL, with its port.
    std::string_view request(std::string_view host, std::string_view path, Random& random);

    // Take what the server sent; returns how many bytes belonged to the answer.
    std::size_t received(std::string_view bytes);
    Progress progress() const { return progress_; }
    // Why it was refused.
    const char* reason() const { return reason_; }

private:
    void judge(std::string_view head);
    void refuse(const char* reason);

    std::array<char, kMaxRequest> request_;
    std::array<char, kMaxAnswer> answer_;
    std::size_t size_ = 0;
    std::array<char, 28> expected_{};  // Sec-WebSocket-Accept
    Progress progress_ = Progress::kReading;
    const char* reason_ = "";
};

}  // namespace peerlens

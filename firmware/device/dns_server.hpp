// Answers for names in the device's own Wi-Fi: all of them are the device.
#pragma once

#include <array>
#include <cstdint>

#include "device/pollable.hpp"

namespace peerlens {

class DnsServer final : public Pollable {
public:
    // How many queries are answered in each pass, so that a flood does not hold up the loop.
    static constexpr int kMost = 8;

    explicit DnsServer(const std::array<std::uint8_t, 4>& address) : address_(address) {}
    ~DnsServer() { close(); }
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    // Answer at this port of the address; 0 takes any. Returns the port, 0 when that fails.
    std::uint16_t open(std::uint16_t port);
    void close();
    bool is_open() const { return descriptor_ >= 0; }

    std::size_t watch(pollfd* out, std::size_t room) override;
    void serve(const pollfd* happened, std::size_t count, std::uint32_t now) override;

private:
    bool answer();

    const std::array<std::uint8_t, 4> address_;
    int descriptor_ = -1;
};

}  // namespace peerlens

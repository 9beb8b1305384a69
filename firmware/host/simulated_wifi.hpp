// A radio that is none: the host has its network already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "provisioning/wifi.hpp"

namespace peerlens {

// Every network can be joined, at once, but "Nowhere", which is not in reach, and with the password
// "wrong password". `tell` gets a line for what a chip would do: `wifi access-point NAME`,
// `wifi join NAME`, `wifi access-point off`.
class SimulatedWifi final : public Wifi {
public:
    explicit SimulatedWifi(std::function<void(const std::string&)> tell) : tell_(std::move(tell)) {}

    void open_access_point(std::string_view ssid, std::string_view password) override;
    void close_access_point() override;
    void join(std::string_view ssid, std::string_view password) override;
    WifiEvent take_event() override;
    Text<46> address() override;
    void scan() override { scanned_ = true; }
    std::size_t networks(WifiNetwork* out, std::size_t room) override;

private:
    const std::function<void(const std::string&)> tell_;
    std::deque<WifiEvent> events_;
    bool joined_ = false;
    bool scanned_ = false;
};

}  // namespace peerlens

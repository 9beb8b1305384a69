// A radio for tests, which is told what happens.
#pragma once

#include <deque>
#include <string>

#include "provisioning/wifi.hpp"

namespace peerlens {

class SimulatedRadio final : public Wifi {
public:
    void open_access_point(std::string_view ssid, std::string_view password) override {
        access_point = std::string(ssid) + "/" + std::string(password);
    }
    void close_access_point() override { access_point.clear(); }
    void join(std::string_view ssid, std::string_view password) override {
        tried = std::string(ssid) + "/" + std::string(password);
    }
    WifiEvent take_event() override {
        if (events.empty()) {
            return {};
        }
        const WifiEvent event = events.front();
        events.pop_front();
        return event;
    }
    Text<46> address() override { return own_address; }
    void scan() override { ++scans; }
    std::size_t networks(WifiNetwork* out, std::size_t room) override {
        const std::size_t count = found < room ? found : room;
        for (std::size_t i = 0; i < count; ++i) {
            out[i].ssid.assign("Home \"" + std::to_string(i) + "\"");
            out[i].rssi_dbm = -40 - static_cast<int>(i);
        }
        return count;
    }

    std::string access_point;  // NAME/PASSWORD, or empty
    std::string tried;         // likewise
    std::deque<WifiEvent> events;
    Text<46> own_address;
    std::size_t found = 0;
    int scans = 0;
};

}  // namespace peerlens

#include "host/simulated_wifi.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace peerlens {
namespace {

struct Place {
    const char* ssid;
    std::int32_t rssi_dbm;
    bool is_open;
};

constexpr Place kPlaces[] = {{"Home", -48, false}, {"Workshop", -61, false}, {"Guests", -72, true}};

}  // namespace

void SimulatedWifi::open_access_point(std::string_view ssid, std::string_view) {
    tell_("wifi access-point " + std::string(ssid));
}

void SimulatedWifi::close_access_point() {
    tell_("wifi access-point off");
}

void SimulatedWifi::join(std::string_view ssid, std::string_view password) {
    tell_("wifi join " + std::string(ssid));
    WifiFailure failure = WifiFailure::kNone;
    if (ssid == "Nowhere") {
        failure = WifiFailure::kNotFound;
    } else if (password == "wrong password") {
        failure = WifiFailure::kWrongPassword;
    }
    joined_ = failure == WifiFailure::kNone;
    events_.push_back({joined_ ? WifiEvent::Kind::kJoined : WifiEvent::Kind::kFailed, failure});
}

WifiEvent SimulatedWifi::take_event() {
    if (events_.empty()) {
        return {};
    }
    const WifiEvent event = events_.front();
    events_.pop_front();
    return event;
}

// The one that this machine has towards the world: connecting a datagram's socket sends nothing.
Text<46> SimulatedWifi::address() {
    Text<46> text;
    const int descriptor = joined_ ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (descriptor < 0) {
        return text;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9);
    inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    char digits[INET_ADDRSTRLEN] = "127.0.0.1";
    if (connect(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0) {
        inet_ntop(AF_INET, &address.sin_addr, digits, sizeof digits);
    }
    close(descriptor);
    text.assign(digits);
    return text;
}

std::size_t SimulatedWifi::networks(WifiNetwork* out, std::size_t room) {
    if (!scanned_) {
        return 0;
    }
    const std::size_t count = std::min(room, std::size(kPlaces));
    for (std::size_t i = 0; i < count; ++i) {
        out[i].ssid.assign(kPlaces[i].ssid);
        out[i].rssi_dbm = kPlaces[i].rssi_dbm;
        out[i].is_open = kPlaces[i].is_open;
    }
    return count;
}

}  // namespace peerlens

#include "provisioning/network.hpp"

namespace peerlens {

Network::Network(Wifi& wifi, const Settings& settings, std::uint32_t now)
    : wifi_(wifi), settings_(settings), provisioning_(!settings.wifi.ssid.empty(), now) {}

void Network::tick(std::uint32_t now, bool driven, bool time_known) {
    time_known_ = time_known;
    for (WifiEvent event = wifi_.take_event(); event.kind != WifiEvent::Kind::kNothing;
         event = wifi_.take_event()) {
        if (event.kind == WifiEvent::Kind::kJoined) {
            provisioning_.joined(now);
        } else {
            provisioning_.failed(now, event.failure);
        }
    }
    provisioning_.tick(now, driven);
    if (provisioning_.has_access_point() != has_access_point_) {
        has_access_point_ = !has_access_point_;
        if (has_access_point_) {
            wifi_.open_access_point(access_point_name(), settings_.identity.setup_code);
        } else {
            wifi_.close_access_point();
        }
    }
    if (provisioning_.take_attempt(now)) {
        wifi_.join(settings_.wifi.ssid, settings_.wifi.password);
    }
}

void Network::write(JsonWriter& json, std::uint32_t) {
    json.open("network");
    json.add("state", name_of(provisioning_.state()));
    if (provisioning_.failure() != WifiFailure::kNone) {
        json.add("failure", name_of(provisioning_.failure()));
    }
    json.add("ssid", settings_.wifi.ssid.view());
    json.add("hostname", settings_.identity.hostname.view());
    json.add("timeKnown", time_known_);
    json.close();
}

Text<32> Network::access_point_name() const {
    Text<32> name = "Peerlens ";
    name.append(settings_.identity.hostname);
    return name;
}

}  // namespace peerlens

#include "provisioning/setup_handler.hpp"

namespace peerlens {

void SetupHandler::handle(const HttpRequest& request, HttpResponse& response) {
    const Provisioning& provisioning = network_.provisioning();
    if (provisioning.is_open() && !is_number_host(request.host)) {
        return response.refuse(421, "expected the device's address in numbers as the host");
    }
    WifiNetwork networks[kMostNetworks];
    const std::size_t count = wifi_.networks(networks, kMostNetworks);
    json_.begin();
    json_.add("device", name_of(kind_));
    json_.add("firmware", firmware_);
    json_.add("state", name_of(provisioning.state()));
    if (provisioning.failure() != WifiFailure::kNone) {
        json_.add("failure", name_of(provisioning.failure()));
    }
    json_.add("setupNeeded", provisioning.is_open());
    json_.open_list("networks");
    for (std::size_t i = 0; i < count; ++i) {
        json_.open_item();
        json_.add("ssid", networks[i].ssid.view());
        json_.add("rssiDbm", std::int64_t{networks[i].rssi_dbm});
        json_.add("open", networks[i].is_open);
        json_.close();
    }
    json_.close_list();
    response.header("Cache-Control", "no-store");
    response.json(200, json_.finish());
    wifi_.scan();
}

}  // namespace peerlens

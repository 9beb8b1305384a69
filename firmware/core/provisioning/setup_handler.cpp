#include "provisioning/setup_handler.hpp"

namespace peerlens {

void SetupHandler::handle(const HttpRequest& request, HttpResponse& response) {
    const Provisioning& provisioning = network_.provisioning();
    if (provisioning.is_open() && !is_number_host(request.host)) {
        return response.refuse(403, "expected the device's address in numbers as the host");
    }
    WifiNetwork networks[kMostNetworks];
    const std::size_t count = wifi_.networks(networks, kMostNetworks);
    JsonWriter& json = keeper_.writer();
    json.begin();
    json.add("device", name_of(keeper_.kind()));
    json.add("firmware", firmware_);
    json.add("state", name_of(provisioning.state()));
    if (provisioning.failure() != WifiFailure::kNone) {
        json.add("failure", name_of(provisioning.failure()));
    }
    json.add("setupNeeded", provisioning.is_open());
    json.open_list("networks");
    for (std::size_t i = 0; i < count; ++i) {
        json.open_item();
        json.add("ssid", networks[i].ssid.view());
        json.add("rssiDbm", std::int64_t{networks[i].rssi_dbm});
        json.add("open", networks[i].is_open);
        json.close();
    }
    json.close_list();
    response.json(200, json.finish());
    wifi_.scan();
}

}  // namespace peerlens

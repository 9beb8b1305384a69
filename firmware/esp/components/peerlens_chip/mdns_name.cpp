#include "mdns_name.hpp"

#include <esp_log.h>
#include <mdns.h>

namespace peerlens {

void announce_by_mdns(const Text<63>& hostname, const char* kind, std::uint16_t port) {
    if (hostname.empty()) {
        return;
    }
    mdns_txt_item_t kinds[] = {{"peerlens", kind}};
    esp_err_t failed = mdns_init();
    if (failed == ESP_OK) {
        failed = mdns_hostname_set(hostname.c_str());
    }
    if (failed == ESP_OK) {
        failed = mdns_service_add(nullptr, "_http", "_tcp", port, kinds, 1);
    }
    if (failed != ESP_OK) {
        ESP_LOGE("mdns", "%s.local is not announced: %s", hostname.c_str(),
                 esp_err_to_name(failed));
    }
}

}  // namespace peerlens

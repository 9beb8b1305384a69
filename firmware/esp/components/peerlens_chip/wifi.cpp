#include "wifi.hpp"

#include <esp_log.h>
#include <esp_mac.h>
#include <esp_wifi.h>

#include <cstdio>
#include <cstring>

namespace peerlens {
namespace {

constexpr const char* kTag = "wifi";

bool succeeded(esp_err_t error, const char* doing) {
    if (error != ESP_OK) {
        ESP_LOGE(kTag, "%s: %s", doing, esp_err_to_name(error));
    }
    return error == ESP_OK;
}

// The driver's fields need no NUL at their end.
template <std::size_t N>
void copy(std::string_view text, std::uint8_t (&field)[N]) {
    std::memset(field, 0, N);
    std::memcpy(field, text.data(), text.size() < N ? text.size() : N);
}

}  // namespace

bool Wifi::start(const Text<63>& hostname) {
    const wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();
    if (!succeeded(esp_netif_init(), "network") ||
        !succeeded(esp_event_loop_create_default(), "events")) {
        return false;
    }
    station_ = esp_netif_create_default_wifi_sta();
    own_ = esp_netif_create_default_wifi_ap();
    if (!hostname.empty()) {
        esp_netif_set_hostname(station_, hostname.c_str());
    }
    started_ = succeeded(esp_wifi_init(&config), "driver") &&
               succeeded(esp_wifi_set_storage(WIFI_STORAGE_RAM), "storage") &&
               succeeded(esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, happened, this),
                         "events") &&
               succeeded(esp_event_handler_register(IP_EVENT, ESP_EVENT_ANY_ID, happened, this),
                         "events") &&
               succeeded(esp_wifi_set_mode(WIFI_MODE_STA), "mode") &&
               succeeded(esp_wifi_start(), "start");
    return started_;
}

void Wifi::join(const Text<32>& ssid, const Text<64>& password) {
    if (!started_) {
        return;
    }
    wifi_config_t config{};
    copy(ssid, config.sta.ssid);
    copy(password, config.sta.password);
    config.sta.threshold.authmode = password.empty() ? WIFI_AUTH_OPEN : WIFI_AUTH_WPA2_PSK;
    config.sta.pmf_cfg.capable = true;
    config.sta.sae_pwe_h2e = WPA3_SAE_PWE_BOTH;
    // Of several access points of the same name, the one that is heard best.
    config.sta.scan_method = WIFI_ALL_CHANNEL_SCAN;
    config.sta.sort_method = WIFI_CONNECT_AP_BY_SIGNAL;
    esp_wifi_disconnect();
    joins_ = succeeded(esp_wifi_set_config(WIFI_IF_STA, &config), "settings");
    tried_ = false;
}

void Wifi::leave() {
    joins_ = false;
    if (started_) {
        esp_wifi_disconnect();
    }
}

void Wifi::open_access_point(std::string_view ssid, std::string_view password) {
    if (!started_ || access_point_) {
        return;
    }
    wifi_config_t config{};
    copy(ssid, config.ap.ssid);
    copy(password, config.ap.password);
    config.ap.ssid_len = static_cast<std::uint8_t>(ssid.size());
    config.ap.authmode = WIFI_AUTH_WPA2_PSK;
    config.ap.max_connection = 2;
    config.ap.channel = 1;
    config.ap.pmf_cfg.capable = true;
    access_point_ = true;
    set_mode();
    succeeded(esp_wifi_set_config(WIFI_IF_AP, &config), "access point");
}

void Wifi::close_access_point() {
    if (access_point_) {
        access_point_ = false;
        set_mode();
    }
}

void Wifi::set_mode() {
    succeeded(esp_wifi_set_mode(access_point_ ? WIFI_MODE_APSTA : WIFI_MODE_STA), "mode");
}

void Wifi::save_power(bool saves) {
    if (started_ && saves_power_ != saves) {
        saves_power_ = saves;
        succeeded(esp_wifi_set_ps(saves ? WIFI_PS_MIN_MODEM : WIFI_PS_NONE), "power");
    }
}

void Wifi::tick(std::uint32_t now) {
    if (!joins_ || !idle_ || (tried_ && now - tried_at_ < kRetryMs)) {
        return;
    }
    tried_ = true;
    tried_at_ = now;
    idle_ = false;
    if (!succeeded(esp_wifi_connect(), "connect")) {
        idle_ = true;
    }
}

// In the task of ESP-IDF's events.
void Wifi::happened(void* self, esp_event_base_t base, std::int32_t id, void* data) {
    Wifi& wifi = *static_cast<Wifi*>(self);
    if (base == WIFI_EVENT && id == WIFI_EVENT_STA_DISCONNECTED) {
        const auto& lost = *static_cast<const wifi_event_sta_disconnected_t*>(data);
        ESP_LOGW(kTag, "not joined, reason %d", lost.reason);
        wifi.joined_ = false;
        ++wifi.losses_;
        wifi.idle_ = true;
    } else if (base == IP_EVENT && id == IP_EVENT_STA_GOT_IP) {
        const auto& got = *static_cast<const ip_event_got_ip_t*>(data);
        ESP_LOGI(kTag, "joined, address " IPSTR, IP2STR(&got.ip_info.ip));
        wifi.joined_ = true;
    } else if (base == IP_EVENT && id == IP_EVENT_STA_LOST_IP) {
        wifi.joined_ = false;
    }
}

std::string_view Wifi::address() {
    esp_netif_t* netif = is_joined() ? station_ : access_point_ ? own_ : nullptr;
    esp_netif_ip_info_t info{};
    if (netif == nullptr || esp_netif_get_ip_info(netif, &info) != ESP_OK) {
        return {};
    }
    return esp_ip4addr_ntoa(&info.ip, address_.data(), address_.size());
}

std::optional<double> Wifi::rssi_dbm() {
    int rssi = 0;
    if (!is_joined() || esp_wifi_sta_get_rssi(&rssi) != ESP_OK) {
        return std::nullopt;
    }
    return rssi;
}

Text<6> Wifi::serial() {
    std::array<std::uint8_t, 6> mac{};
    std::array<char, 7> text{};
    esp_read_mac(mac.data(), ESP_MAC_WIFI_STA);
    std::snprintf(text.data(), text.size(), "%02x%02x%02x", mac[3], mac[4], mac[5]);
    Text<6> serial;
    serial.assign(text.data());
    return serial;
}

}  // namespace peerlens

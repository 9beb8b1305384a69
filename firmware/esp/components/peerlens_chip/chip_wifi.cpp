#include "chip_wifi.hpp"

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

WifiFailure failure_of(std::uint8_t reason) {
    switch (reason) {
        case WIFI_REASON_NO_AP_FOUND:
        case WIFI_REASON_NO_AP_FOUND_IN_RSSI_THRESHOLD: return WifiFailure::kNotFound;
        case WIFI_REASON_AUTH_FAIL:
        case WIFI_REASON_AUTH_EXPIRE:
        case WIFI_REASON_MIC_FAILURE:
        case WIFI_REASON_HANDSHAKE_TIMEOUT:
        case WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT: return WifiFailure::kWrongPassword;
        default: return WifiFailure::kOther;
    }
}

}  // namespace

bool ChipWifi::start(const Text<63>& hostname) {
    queue_ = xQueueCreateStatic(kEvents, sizeof(WifiEvent), queue_memory_.data(), &queue_state_);
    if (!succeeded(esp_netif_init(), "network") ||
        !succeeded(esp_event_loop_create_default(), "events")) {
        return false;
    }
    station_ = esp_netif_create_default_wifi_sta();
    esp_netif_create_default_wifi_ap();
    if (!hostname.empty()) {
        esp_netif_set_hostname(station_, hostname.c_str());
    }
    const wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();
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

void ChipWifi::open_access_point(std::string_view ssid, std::string_view password) {
    if (!started_) {
        return;
    }
    wifi_config_t config{};
    copy(ssid, config.ap.ssid);
    copy(password, config.ap.password);
    config.ap.ssid_len = static_cast<std::uint8_t>(ssid.size());
    config.ap.authmode = WIFI_AUTH_WPA2_PSK;
    config.ap.max_connection = 2;
    config.ap.channel = 1;
    set_access_point(true);
    succeeded(esp_wifi_set_config(WIFI_IF_AP, &config), "access point");
}

void ChipWifi::close_access_point() {
    if (started_) {
        set_access_point(false);
    }
}

void ChipWifi::set_access_point(bool open) {
    succeeded(esp_wifi_set_mode(open ? WIFI_MODE_APSTA : WIFI_MODE_STA), "mode");
}

void ChipWifi::join(std::string_view ssid, std::string_view password) {
    if (!started_) {
        return tell(WifiEvent::Kind::kFailed, WifiFailure::kOther);
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
    leaving_ = true;
    esp_wifi_disconnect();
    if (!succeeded(esp_wifi_set_config(WIFI_IF_STA, &config), "settings") ||
        !succeeded(esp_wifi_connect(), "connect")) {
        tell(WifiEvent::Kind::kFailed, WifiFailure::kOther);
    }
}

WifiEvent ChipWifi::take_event() {
    WifiEvent event;
    if (queue_ == nullptr || xQueueReceive(queue_, &event, 0) != pdTRUE) {
        return {};
    }
    return event;
}

// What does not fit is lost: the loop hung for long, and the newest attempt times out.
void ChipWifi::tell(WifiEvent::Kind kind, WifiFailure failure) {
    const WifiEvent event{kind, failure};
    if (queue_ != nullptr) {
        xQueueSend(queue_, &event, 0);
    }
}

// In the task of ESP-IDF's events.
void ChipWifi::happened(void* self, esp_event_base_t base, std::int32_t id, void* data) {
    ChipWifi& wifi = *static_cast<ChipWifi*>(self);
    if (base == WIFI_EVENT && id == WIFI_EVENT_STA_DISCONNECTED) {
        const auto& lost = *static_cast<const wifi_event_sta_disconnected_t*>(data);
        wifi.joined_ = false;
        if (lost.reason == WIFI_REASON_ASSOC_LEAVE && wifi.leaving_.exchange(false)) {
            return;
        }
        ESP_LOGW(kTag, "not joined, reason %d", static_cast<int>(lost.reason));
        wifi.tell(WifiEvent::Kind::kFailed, failure_of(lost.reason));
    } else if (base == IP_EVENT && id == IP_EVENT_STA_GOT_IP) {
        const auto& got = *static_cast<const ip_event_got_ip_t*>(data);
        ESP_LOGI(kTag, "joined, address " IPSTR, IP2STR(&got.ip_info.ip));
        wifi.leaving_ = false;
        wifi.joined_ = true;
        wifi.tell(WifiEvent::Kind::kJoined, WifiFailure::kNone);
    } else if (base == IP_EVENT && id == IP_EVENT_STA_LOST_IP) {
        wifi.joined_ = false;
        wifi.tell(WifiEvent::Kind::kFailed, WifiFailure::kNoAddress);
    } else if (base == WIFI_EVENT && id == WIFI_EVENT_SCAN_DONE) {
        wifi.scanned_ = true;
    }
}

void ChipWifi::scan() {
    if (started_) {
        esp_wifi_scan_start(nullptr, false);  // fails while one goes on, or while it joins
    }
}

std::size_t ChipWifi::networks(WifiNetwork* out, std::size_t room) {
    if (scanned_.exchange(false)) {
        take_found();
    }
    const std::size_t count = found_count_ < room ? found_count_ : room;
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = found_[i];
    }
    return count;
}

// The driver has them by strength, and gives up each that was read.
void ChipWifi::take_found() {
    found_count_ = 0;
    wifi_ap_record_t record{};
    while (esp_wifi_scan_get_ap_record(&record) == ESP_OK) {
        const char* name = reinterpret_cast<const char*>(record.ssid);
        if (found_count_ < kMostNetworks && record.ssid[0] != 0) {
            WifiNetwork& found = found_[found_count_++];
            found.ssid.assign({name, strnlen(name, found.ssid.kCapacity)});
            found.rssi_dbm = record.rssi;
            found.is_open = record.authmode == WIFI_AUTH_OPEN;
        }
    }
}

std::optional<double> ChipWifi::rssi_dbm() {
    int rssi = 0;
    if (!is_joined() || esp_wifi_sta_get_rssi(&rssi) != ESP_OK) {
        return std::nullopt;
    }
    return rssi;
}

Text<46> ChipWifi::address() {
    esp_netif_ip_info_t info{};
    std::array<char, 16> text{};
    Text<46> address;
    if (is_joined() && esp_netif_get_ip_info(station_, &info) == ESP_OK &&
        esp_ip4addr_ntoa(&info.ip, text.data(), static_cast<int>(text.size())) != nullptr) {
        address.assign(text.data());
    }
    return address;
}

void ChipWifi::save_power(bool saves) {
    if (started_ && saves_power_ != saves) {
        saves_power_ = saves;
        succeeded(esp_wifi_set_ps(saves ? WIFI_PS_MIN_MODEM : WIFI_PS_NONE), "power");
    }
}

Text<6> ChipWifi::serial() {
    std::array<std::uint8_t, 6> mac{};
    std::array<char, 7> text{};
    esp_read_mac(mac.data(), ESP_MAC_WIFI_STA);
    std::snprintf(text.data(), text.size(), "%02x%02x%02x", static_cast<unsigned>(mac[3]),
                  static_cast<unsigned>(mac[4]), static_cast<unsigned>(mac[5]));
    Text<6> serial;
    serial.assign(text.data());
    return serial;
}

}  // namespace peerlens

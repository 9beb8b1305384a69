// The chip's Wi-Fi: a station, an access point of its own, or both.
#pragma once

#include <esp_event.h>
#include <esp_netif.h>
#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "device/link_quality.hpp"
#include "provisioning/wifi.hpp"

namespace peerlens {

// One for each program. What the radio tells comes in a task of ESP-IDF, and waits in a queue for
// the loop. It joins when it is told to, once: who tries again is Provisioning.
class ChipWifi final : public Wifi, public LinkQuality {
public:
    // Start the driver. Returns false, having logged why, when there is no Wi-Fi.
    bool start(const Text<63>& hostname);

    // Wifi. What has a password is only joined with WPA2 or newer.
    void open_access_point(std::string_view ssid, std::string_view password) override;
    void close_access_point() override;
    void join(std::string_view ssid, std::string_view password) override;
    WifiEvent take_event() override;
    Text<46> address() override;
    void scan() override;
    std::size_t networks(WifiNetwork* out, std::size_t room) override;

    // LinkQuality
    std::optional<double> rssi_dbm() override;

    // Whether the station has an address.
    bool is_joined() const { return joined_; }
    // Sleep between beacons: saves power, and costs up to 100 ms for each packet.
    void save_power(bool saves);

    // The last three bytes of the station's MAC address, as "a1b2c3".
    static Text<6> serial();

private:
    static constexpr UBaseType_t kEvents = 8;
    static constexpr std::size_t kMostNetworks = 20;

    static void happened(void* self, esp_event_base_t base, std::int32_t id, void* data);
    void tell(WifiEvent::Kind kind, WifiFailure failure);
    void set_access_point(bool open);
    void take_found();

    esp_netif_t* station_ = nullptr;
    StaticQueue_t queue_state_{};
    std::array<std::uint8_t, kEvents * sizeof(WifiEvent)> queue_memory_{};
    QueueHandle_t queue_ = nullptr;
    bool started_ = false;
    std::atomic<bool> joined_{false};
    // It was told to leave, which is no failure.
    std::atomic<bool> leaving_{false};
    std::atomic<bool> scanned_{false};
    std::array<WifiNetwork, kMostNetworks> found_;
    std::size_t found_count_ = 0;
    std::optional<bool> saves_power_;
};

}  // namespace peerlens

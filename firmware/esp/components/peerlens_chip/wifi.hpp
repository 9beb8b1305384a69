// The chip's Wi-Fi: a station, an access point of its own, or both.
#pragma once

#include <esp_event.h>
#include <esp_netif.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "device/link_quality.hpp"

namespace peerlens {

// One for each program. Called from the loop; what the radio tells comes in another task, and
// only sets flags. Whoever decides when to join and when to open the access point is not here.
class Wifi final : public LinkQuality {
public:
    // Between attempts to join.
    static constexpr std::uint32_t kRetryMs = 2000;

    // Start the driver. Returns false, having logged why, when there is no Wi-Fi.
    bool start(const Text<63>& hostname);

    // Join from now on, again and again. With an empty password the network is open; with one,
    // nothing older than WPA2 is accepted.
    void join(const Text<32>& ssid, const Text<64>& password);
    void leave();
    // Whether there is an address.
    bool is_joined() const { return joined_.load(); }
    // How often the station lost its network, or failed to join.
    std::uint32_t losses() const { return losses_.load(); }
    // The station's address, or that of the access point, "192.168.4.1"; empty without either.
    std::string_view address();

    // WPA2 with `password` of 8 characters at least.
    void open_access_point(std::string_view ssid, std::string_view password);
    void close_access_point();
    bool is_access_point() const { return access_point_; }

    // Sleep between beacons: saves power, costs up to 100 ms for each packet.
    void save_power(bool saves);

    // In every pass: join again after kRetryMs.
    void tick(std::uint32_t now);

    std::optional<double> rssi_dbm() override;
    // The last three bytes of the station's MAC address, as "a1b2c3".
    static Text<6> serial();

private:
    static void happened(void* self, esp_event_base_t base, std::int32_t id, void* data);
    void set_mode();

    esp_netif_t* station_ = nullptr;
    esp_netif_t* own_ = nullptr;
    bool started_ = false;
    bool joins_ = false;
    bool access_point_ = false;
    std::optional<bool> saves_power_;
    std::atomic<bool> joined_{false};
    std::atomic<bool> idle_{true};  // neither joined nor trying
    std::atomic<std::uint32_t> losses_{0};
    std::uint32_t tried_at_ = 0;
    bool tried_ = false;
    std::array<char, 16> address_{};
};

}  // namespace peerlens

// What a device is besides its program: clock, radio, flash, and what outlasts a boot.
#pragma once

#include <cstdint>

#include "base/device_kind.hpp"
#include "bundle_trust.hpp"
#include "chip_clock.hpp"
#include "chip_random.hpp"
#include "chip_status.hpp"
#include "chip_watchdog.hpp"
#include "chip_wifi.hpp"
#include "device/crypto/image_verifier.hpp"
#include "device/crypto/tls_client.hpp"
#include "device/device_setup.hpp"
#include "network_time.hpp"
#include "nvs_counters.hpp"
#include "nvs_settings.hpp"
#include "ota_slots.hpp"
#include "reset_button.hpp"
#include "status/boot_counters.hpp"
#include "update/update_service.hpp"

namespace peerlens {

// One for each program, a static: too large for a stack. Call boot() first of all.
class Chip {
public:
    // `target`: what an update must be made for. `button` is the pin of the BOOT button.
    Chip(DeviceKind kind, const char* target, int button);

    // Prepare storage and count the boot.
    void boot();
    // The settings, and all that can be done to them. Where nothing was saved they are `factory`,
    // which gets an id and a hostname made of the chip's own number, and must stay. Call it once,
    // before the radio or the ADC is used: secrets are made of the ADC's noise.
    DeviceSetup& make_setup(Settings& factory);
    // Start the radio, and what needs it: the time of day, and the name in the local network.
    void start_network(const Settings& settings);
    // Who may sign updates.
    void take_keys(const Settings& settings);

    // In each pass of the loop: feeds the watchdog, and tells whether the button was held.
    bool pass();
    // What else the device does is over.
    [[noreturn]] void restart();

    const Clock& clock() const { return clock_; }
    Random& random() { return random_; }
    ChipWatchdog& watchdog() { return watchdog_; }
    ChipWifi& wifi() { return wifi_; }
    TlsClient& tls() { return tls_; }
    StatusPart& status() { return status_; }
    const char* version() const { return version_.c_str(); }
    Updater::Device update_device(UpdateGate& gate) { return {slots_, verifier_, record_, gate}; }
    UpdateTarget update_target() const;

private:
    const DeviceKind kind_;
    const char* const target_;
    ChipClock clock_;
    ChipRandom random_;
    ChipWatchdog watchdog_;
    ChipWifi wifi_;
    ChipStatus status_{wifi_};
    NetworkTime time_;
    NvsSettings store_;
    NvsCounters counters_;
    OtaSlots slots_;
    BootRecord record_{counters_};
    BundleTrust trust_;
    TlsClient tls_{random_, time_, trust_};
    TlsClient ddns_tls_{random_, time_, trust_};
    ImageVerifier verifier_;
    ResetButton button_;
    Text<17> version_;
};

}  // namespace peerlens

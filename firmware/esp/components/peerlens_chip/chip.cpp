#include "chip.hpp"

#include <esp_log.h>
#include <esp_system.h>

#include "chip_reset.hpp"
#include "entropy_source.hpp"
#include "mdns_name.hpp"
#include "nvs.hpp"
#include "permanent.hpp"
#include "update/built_version.hpp"

// provisioning/page.html, as it is in flash.
extern "C" const char page_begin[] asm("_binary_page_html_start");
extern "C" const char page_end[] asm("_binary_page_html_end");

namespace peerlens {
namespace {

constexpr const char* kTag = "peerlens";
constexpr std::uint16_t kHttpPort = 80;

// Where nothing else was set: camera-a1b2c3.
void name_by_serial(DeviceKind kind, Settings& settings) {
    Text<20> name;
    name.append(name_of(kind));
    name.append("-");
    name.append(ChipWifi::serial());
    settings.identity.id.assign(name);
    settings.identity.hostname.assign(name);
}

}  // namespace

Chip::Chip(DeviceKind kind, const char* target, int button)
    : kind_(kind), target_(target), button_(button) {
    version_.assign(text_of(kBuiltVersion).view());
}

void Chip::boot() {
    prepare_nvs();
    record_.booted(chip_reset_reason(), slots_.on_trial());
    ESP_LOGI(kTag, "%s %s, boot %u, after: %s%s%s", target_, version(),
             static_cast<unsigned>(record_.counters().boots), name_of(record_.reason()).data(),
             slots_.on_trial() ? ", on trial" : "",
             record_.rolled_back() ? ", an update was rolled back" : "");
}

DeviceSetup& Chip::make_setup(Settings& factory) {
    name_by_serial(kind_, factory);
    const EntropySource entropy;
    const std::string_view page(page_begin, static_cast<std::size_t>(page_end - page_begin));
    auto& setup = make_permanent<DeviceSetup>(
        Memory::kLarge,
        SetupParts{kind_, factory, version_, page, store_, wifi_, random_, time_, &ddns_tls_},
        clock_.now());
    if (setup.origin() == SettingsOrigin::kUnusable) {
        ESP_LOGE(kTag, "the settings cannot be used: starting as new");
    }
    // Whoever has the cable has the device; with a password of its own the code is not needed.
    if (setup.settings().access.password.empty()) {
        ESP_LOGI(kTag, "setup code %s", setup.settings().identity.setup_code.c_str());
    }
    return setup;
}

void Chip::start_network(const Settings& settings) {
    if (wifi_.start(settings.identity.hostname)) {
        time_.ask(settings.network.ntp_server);
        announce_by_mdns(settings.identity.hostname, name_of(kind_), kHttpPort);
    }
}

void Chip::take_keys(const Settings& settings) {
    const std::string_view key = settings.update_public_key;
    if (!verifier_.set_key(key) && !key.empty()) {
        ESP_LOGE(kTag, "update_public_key: no key of P-256, updates are refused");
    }
}

bool Chip::pass() {
    watchdog_.feed();
    return button_.was_held(clock_.now());
}

void Chip::restart() {
    ESP_LOGI(kTag, "restarting");
    esp_restart();
}

UpdateTarget Chip::update_target() const {
    UpdateTarget target;
    target.name.assign(target_);
    target.running = kBuiltVersion;
    return target;
}

}  // namespace peerlens

#include "network_time.hpp"

#include <esp_log.h>
#include <esp_netif_sntp.h>
#include <sys/time.h>

#include <atomic>

namespace peerlens {
namespace {

std::atomic<bool> is_set{false};

void was_set(timeval* time) {
    if (!is_set.exchange(true)) {
        ESP_LOGI("time", "set by the network: %lld s since 1970",
                 static_cast<long long>(time->tv_sec));
    }
}

}  // namespace

void NetworkTime::ask(const Text<128>& server) {
    server_ = server;
    if (server_.empty()) {
        return;
    }
    esp_sntp_config_t config = ESP_NETIF_SNTP_DEFAULT_CONFIG(server_.c_str());
    config.wait_for_sync = false;
    config.sync_cb = was_set;
    const esp_err_t failed = esp_netif_sntp_init(&config);
    if (failed != ESP_OK) {
        ESP_LOGE("time", "the time server cannot be asked: %s", esp_err_to_name(failed));
    }
}

std::int64_t NetworkTime::seconds() {
    timeval time{};
    gettimeofday(&time, nullptr);
    return is_set ? static_cast<std::int64_t>(time.tv_sec) : 0;
}

}  // namespace peerlens

#include "nvs_settings.hpp"

#include <esp_err.h>

#include "nvs.hpp"

namespace peerlens {
namespace {

constexpr const char* kKey = "settings";

}  // namespace

StoreResult NvsSettings::load(char* buffer, std::string_view& text) {
    const NvsNamespace nvs(NVS_READONLY);
    std::size_t size = kMostBytes;
    const esp_err_t error =
        nvs.error() == ESP_OK ? nvs_get_blob(nvs.handle(), kKey, buffer, &size) : nvs.error();
    text = error == ESP_OK ? std::string_view(buffer, size) : std::string_view();
    return result_of(error);
}

// NVS writes a blob beside the one before, and then turns to it: the power may go at any time.
StoreResult NvsSettings::save(std::string_view text) {
    if (text.size() > kMostBytes) {
        return result_of(ESP_ERR_INVALID_SIZE);
    }
    const NvsNamespace nvs(NVS_READWRITE);
    esp_err_t error = nvs.error();
    if (error == ESP_OK) {
        error = nvs_set_blob(nvs.handle(), kKey, text.data(), text.size());
    }
    return result_of(error == ESP_OK ? nvs_commit(nvs.handle()) : error);
}

StoreResult NvsSettings::erase() {
    const NvsNamespace nvs(NVS_READWRITE);
    esp_err_t error = nvs.error();
    if (error == ESP_OK) {
        error = nvs_erase_key(nvs.handle(), kKey);
    }
    if (error == ESP_ERR_NVS_NOT_FOUND) {
        return StoreResult::kDone;
    }
    return result_of(error == ESP_OK ? nvs_commit(nvs.handle()) : error);
}

StoreResult NvsSettings::result_of(int error) {
    reason_ = error == ESP_OK ? "" : esp_err_to_name(error);
    if (error == ESP_ERR_NVS_NOT_FOUND) {
        return StoreResult::kNothing;
    }
    return error == ESP_OK ? StoreResult::kDone : StoreResult::kFailed;
}

}  // namespace peerlens

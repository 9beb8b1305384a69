#include "chip_status.hpp"

#include <esp_heap_caps.h>

namespace peerlens {
namespace {

std::int64_t bytes(std::size_t count) {
    return static_cast<std::int64_t>(count);
}

}  // namespace

void ChipStatus::write(JsonWriter& json, std::uint32_t) {
    json.add("heap_free", bytes(heap_caps_get_free_size(MALLOC_CAP_INTERNAL)));
    json.add("heap_least", bytes(heap_caps_get_minimum_free_size(MALLOC_CAP_INTERNAL)));
    json.add("psram_free", bytes(heap_caps_get_free_size(MALLOC_CAP_SPIRAM)));
    if (const auto rssi_dbm = radio_.rssi_dbm()) {
        json.add("rssi_dbm", *rssi_dbm);
    }
}

}  // namespace peerlens

#include "nvs_counters.hpp"

#include <type_traits>

#include "nvs.hpp"

namespace peerlens {
namespace {

constexpr const char* kKey = "boots";

// The form in NVS; a firmware that has another one begins to count anew.
static_assert(std::is_trivially_copyable_v<BootCounters>);

}  // namespace

bool NvsCounters::load(BootCounters& counters) {
    const NvsNamespace nvs(NVS_READONLY);
    BootCounters read;
    std::size_t size = sizeof read;
    if (nvs.error() != ESP_OK || nvs_get_blob(nvs.handle(), kKey, &read, &size) != ESP_OK ||
        size != sizeof read) {
        return false;
    }
    counters = read;
    return true;
}

bool NvsCounters::save(const BootCounters& counters) {
    const NvsNamespace nvs(NVS_READWRITE);
    return nvs.error() == ESP_OK &&
           nvs_set_blob(nvs.handle(), kKey, &counters, sizeof counters) == ESP_OK &&
           nvs_commit(nvs.handle()) == ESP_OK;
}

}  // namespace peerlens

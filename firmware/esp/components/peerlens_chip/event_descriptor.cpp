#include "event_descriptor.hpp"

#include <esp_log.h>
#include <esp_vfs_eventfd.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>

namespace peerlens {
namespace {

int open_event() {
    const esp_vfs_eventfd_config_t config = ESP_VFS_EVENTD_CONFIG_DEFAULT();
    const esp_err_t failed = esp_vfs_eventfd_register(&config);
    const bool registered = failed == ESP_OK || failed == ESP_ERR_INVALID_STATE;
    const int descriptor = registered ? eventfd(0, 0) : -1;
    if (descriptor < 0) {
        ESP_LOGE("event", "no eventfd: frames wait for the next pass");
    }
    return descriptor;
}

}  // namespace

EventDescriptor::EventDescriptor() : descriptor_(open_event()) {}

EventDescriptor::~EventDescriptor() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

void EventDescriptor::wake() {
    const std::uint64_t one = 1;
    if (descriptor_ >= 0) {
        (void)write(descriptor_, &one, sizeof one);
    }
}

// Reading an eventfd that was not written to returns at once in ESP-IDF.
void EventDescriptor::clear() {
    std::uint64_t count = 0;
    if (descriptor_ >= 0) {
        (void)read(descriptor_, &count, sizeof count);
    }
}

}  // namespace peerlens

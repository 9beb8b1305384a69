// The camera on an ESP32-S3.
#include <esp_heap_caps.h>
#include <esp_log.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

#include "camera_board.hpp"
#include "chip.hpp"
#include "device/camera_device.hpp"
#include "device/camera_uplink.hpp"
#include "log_watcher.hpp"
#include "permanent.hpp"
#include "sensor.hpp"
#include "update/update_gate.hpp"

namespace peerlens {
namespace {

constexpr const char* kTag = "camera";
constexpr int kPassMs = 20;
// UXGA at the best quality that is of use; a larger picture is left out, and counted.
constexpr std::size_t kSlotBytes = 384 * 1024;
// Beside the loop, on the other core than the radio.
constexpr BaseType_t kCore = 1;
constexpr UBaseType_t kLoopPriority = 5;
constexpr UBaseType_t kCapturePriority = 6;
constexpr std::uint32_t kCaptureStack = 4096;
// Where CameraWebServer has its stream, beside the one of HTTP.
constexpr std::uint16_t kPorts[] = {80, 8080};
constexpr std::uint16_t kStreamPort = 8080;

struct CaptureTask {
    Capture& capture;
    TaskWatchdog& watchdog;
};

void capture_for_ever(void* argument) {
    const CaptureTask& task = *static_cast<const CaptureTask*>(argument);
    WatchedTask watched(task.watchdog, "capture");
    for (;;) {
        task.capture.step();
        watched.feed();
    }
}

// Without PSRAM there is no camera; all else works, so that one can see why.
std::size_t frame_slots(char*& memory) {
    constexpr std::size_t kAll = kSlotBytes * CameraDevice::kSlots;
    memory = static_cast<char*>(heap_caps_malloc(kAll, MALLOC_CAP_SPIRAM));
    if (memory != nullptr) {
        return kSlotBytes;
    }
    ESP_LOGE(kTag, "no PSRAM for %u bytes of pictures: is it octal?", static_cast<unsigned>(kAll));
    static char few[CameraDevice::kSlots];
    memory = few;
    return 1;
}

[[noreturn]] void run() {
    static Chip chip(DeviceKind::kCamera, kTarget, kPins.button);
    chip.boot();
    DeviceSetup& setup = chip.make_setup(make_permanent<Settings>(Memory::kLarge));
    const Settings& settings = setup.settings();
    chip.start_network(settings);

    static Sensor sensor;
    sensor.start(settings.camera);
    char* memory = nullptr;
    const std::size_t slot_size = frame_slots(memory);
    auto& device = make_permanent<CameraDevice>(
        Memory::kInternal,
        CameraPort{chip.clock(), sensor, sensor, memory, slot_size, CameraDevice::kSlots},
        setup.secrets());

    static OpenGate gate;
    static LogWatcher watcher;
    auto& uplink = make_permanent<CameraUplink>(
        Memory::kLarge, chip.random(), chip.clock(), &chip.tls(), device.frames(),
        CameraMake{kModel, chip.version(), kStreamPort}, watcher);
    static UpdateService updates(chip.update_device(gate), chip.update_target(),
                                 chip.clock().now());
    watcher.also_tell(updates);
    device.http().add(updates);
    device.status().add(updates);
    device.status().add(uplink);
    device.status().add(chip.status());
    device.loop().add(uplink);
    if (!setup.attach(device.http(), device.status(), device.loop(), gate)) {
        ESP_LOGE(kTag, "not all of the settings' addresses are there");
    }

    const std::string_view wrong = uplink.apply(settings);
    if (!wrong.empty()) {
        ESP_LOGE(kTag, "no link: %.*s", static_cast<int>(wrong.size()), wrong.data());
    }
    chip.take_keys(settings);
    for (const std::uint16_t port : kPorts) {
        if (device.listener().listen("0.0.0.0", port) == 0) {
            ESP_LOGE(kTag, "port %u cannot be had", static_cast<unsigned>(port));
        }
    }
    static CaptureTask capture{device.capture(), chip.watchdog()};
    xTaskCreatePinnedToCore(capture_for_ever, "capture", kCaptureStack, &capture, kCapturePriority,
                            nullptr, kCore);

    vTaskPrioritySet(nullptr, kLoopPriority);
    chip.watchdog().join("loop");
    bool was_joined = false;
    for (;;) {
        device.pass(kPassMs);
        const std::uint32_t now = chip.clock().now();
        if (chip.wifi().is_joined() != was_joined) {
            was_joined = !was_joined;
            device.network_lost();
            uplink.network_changed();
        }
        const bool is_watched =
            device.streams().streams() > 0 || settings.server.mode == LinkMode::kPush;
        chip.wifi().save_power(!is_watched);
        if (chip.pass()) {
            setup.factory_reset();
        }
        if (setup.restart_due(now) || updates.reboot_due(now)) {
            uplink.stop("restarting");
            chip.restart();
        }
    }
}

}  // namespace
}  // namespace peerlens

extern "C" void app_main() {
    peerlens::run();
}

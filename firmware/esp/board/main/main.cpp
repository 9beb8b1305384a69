// The control board on an ESP32.
#include <esp_log.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

#include "adc_battery.hpp"
#include "chip.hpp"
#include "control_board.hpp"
#include "device/board_device.hpp"
#include "device/board_settings.hpp"
#include "device/connection.hpp"
#include "device/resolver.hpp"
#include "hang_timer.hpp"
#include "log_events.hpp"
#include "mcpwm_pins.hpp"
#include "neutral_pins.hpp"
#include "permanent.hpp"

namespace peerlens {
namespace {

constexpr const char* kTag = "board";
constexpr UBaseType_t kLoopPriority = 10;
constexpr std::uint16_t kHttpPort = 80;

// Settings are for any board: what this one has no pins for would leave its motor without.
void check_motor(const MotorSettings& motor) {
    if (motor.kind != kFactoryMotor) {
        ESP_LOGE(kTag, "the settings' motor has no pins on this board: it will not turn");
    }
}

[[noreturn]] void run() {
    hold_pins_neutral();
    static Chip chip(DeviceKind::kBoard, kTarget, PEERLENS_PIN_BUTTON);
    chip.boot();
    auto& factory = make_permanent<Settings>(Memory::kLarge);
    factory.board.pins.motor.kind = kFactoryMotor;
    DeviceSetup& setup = chip.make_setup(factory);
    const Settings& settings = setup.settings();
    check_motor(settings.board.pins.motor);
    static McpwmPins pins(settings.board.pins.motor, settings.board.pan, settings.board.tilt);
    static AdcBattery battery;
    if (settings.board.battery.fitted) {
        battery.start();
    }
    static Resolver resolver;
    auto& connection = make_permanent<Connection>(Memory::kLarge, resolver, &chip.tls());
    static LogEvents events;
    auto& device = make_permanent<BoardDevice>(
        Memory::kInternal, board_control_settings(settings, kModel, chip.version()),
        setup.secrets(),
        BoardPortParts{chip.clock(), chip.random(), connection, pins, &McpwmPins::make_neutral,
                       &pins, battery, chip.wifi(), events});
    static HangTimer timer(device.gate());
    if (!timer.start()) {
        chip.restart();
    }

    chip.start_network(settings);
    chip.wifi().save_power(false);  // a command must not wait for a beacon

    static UpdateService updates(chip.update_device(device.control()), chip.update_target(),
                                 chip.clock().now());
    events.also_tell(updates);
    device.http().add(updates);
    device.status().add(updates);
    device.status().add(chip.status());
    if (!setup.attach(device.http(), device.status(), device.loop(), device.control())) {
        ESP_LOGE(kTag, "not all of the settings' addresses are there");
    }
    chip.take_keys(settings);
    const std::string_view wrong = chip.tls().trust(settings.server.ca_pem);
    if (!wrong.empty()) {
        ESP_LOGE(kTag, "ca_pem: %.*s", static_cast<int>(wrong.size()), wrong.data());
    } else if (settings.server.mode != LinkMode::kOff &&
               !device.link().set_server(settings.server.url)) {
        ESP_LOGE(kTag, "server.url: no ws:// or wss:// address");
    }
    if (device.listener().listen("0.0.0.0", kHttpPort) == 0) {
        ESP_LOGE(kTag, "port %u cannot be had", static_cast<unsigned>(kHttpPort));
    }

    vTaskPrioritySet(nullptr, kLoopPriority);
    chip.watchdog().join("loop");
    bool was_joined = false;
    for (;;) {
        device.pass();
        const std::uint32_t now = chip.clock().now();
        if (chip.wifi().is_joined() != was_joined) {
            was_joined = !was_joined;
            device.listener().reset_clients();
            device.link().network_changed();
        }
        if (chip.pass() && device.control().obstacle().empty()) {
            setup.factory_reset();
        }
        if (setup.restart_due(now) || updates.reboot_due(now)) {
            device.end("restarting");
            chip.restart();
        }
    }
}

}  // namespace
}  // namespace peerlens

extern "C" void app_main() {
    peerlens::run();
}

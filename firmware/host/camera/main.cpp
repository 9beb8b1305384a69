#include <cstdio>
#include <memory>
#include <string>

#include "arguments.hpp"
#include "folder_pictures.hpp"
#include "host/machine.hpp"
#include "host/monotonic_clock.hpp"
#include "host/reboot.hpp"
#include "host/signals.hpp"
#include "scene_pictures.hpp"
#include "twin_camera.hpp"

namespace peerlens {
namespace {

int complain(const std::string& wrong) {
    std::fprintf(stderr, "twin-camera: %s (see twin-camera --help)\n", wrong.c_str());
    return 2;
}

int run(int count, char** values) {
    CameraArguments arguments;
    const std::string wrong = parse_arguments(count, values, arguments);
    if (!wrong.empty()) {
        return complain(wrong);
    }
    if (arguments.help) {
        std::fputs(camera_usage(), stdout);
        return 0;
    }
    Signals::install();
    const MonotonicClock clock(arguments.boot_ms);
    Reboot reboot(count, values);
    Machine machine(arguments.machine, clock, reboot);
    const std::string unbootable = machine.boot();
    if (!unbootable.empty()) {
        return complain("--state: " + unbootable);
    }
    ScenePictures scene(arguments.stamped);
    FolderPictures folder;
    if (!arguments.jpegs.empty()) {
        const std::string unusable = folder.open(arguments.jpegs);
        if (!unusable.empty()) {
            return complain("--jpegs: " + unusable);
        }
    }
    Pictures& pictures = arguments.jpegs.empty() ? static_cast<Pictures&>(scene) : folder;
    auto camera = std::make_unique<TwinCamera>(arguments, pictures, machine);
    const std::string deaf = camera->listen();
    if (!deaf.empty()) {
        return complain(deaf);
    }
    // At the same port, and without the fault.
    machine.boot_with({"--fault", "none", "--port", std::to_string(camera->port())});
    if (camera->run() == TwinCamera::End::kReboot) {
        camera.reset();
        machine.reboot(ResetReason::kSoftware);
    }
    return 0;
}

}  // namespace
}  // namespace peerlens

int main(int count, char** values) {
    return peerlens::run(count, values);
}

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "host/signals.hpp"
#include "arguments.hpp"
#include "folder_pictures.hpp"
#include "scene_pictures.hpp"
#include "twin_camera.hpp"

namespace peerlens {
namespace {

int complain(const std::string& wrong) {
    std::fprintf(stderr, "twin-camera: %s (see twin-camera --help)\n", wrong.c_str());
    return 2;
}

// Start anew as this program, at the same port and without the fault.
[[noreturn]] void reboot(int count, char** values, std::uint16_t port) {
    const std::string at = std::to_string(port);
    std::vector<char*> again(values, values + count);
    for (const char* part : {"--fault", "none", "--port", at.c_str()}) {
        again.push_back(const_cast<char*>(part));
    }
    again.push_back(nullptr);
    Signals::hold();
    execv("/proc/self/exe", again.data());
    std::fprintf(stderr, "twin-camera: cannot start again: %s\n", std::strerror(errno));
    _exit(1);
}

int run(int count, char** values) {
    CameraArguments arguments;
    const std::string wrong = parse_arguments(count, values, arguments);
    if (!wrong.empty()) {
        return complain(wrong);
    }
    if (arguments.help) {
        std::fputs(kCameraUsage, stdout);
        return 0;
    }
    Signals::install();
    ScenePictures scene(arguments.stamped);
    FolderPictures folder;
    if (!arguments.jpegs.empty()) {
        const std::string unusable = folder.open(arguments.jpegs);
        if (!unusable.empty()) {
            return complain("--jpegs: " + unusable);
        }
    }
    Pictures& pictures = arguments.jpegs.empty() ? static_cast<Pictures&>(scene) : folder;
    const auto camera = std::make_unique<TwinCamera>(arguments, pictures);
    const std::string deaf = camera->listen();
    if (!deaf.empty()) {
        return complain(deaf);
    }
    if (camera->run() == TwinCamera::End::kReboot) {
        reboot(count, values, camera->port());
    }
    return 0;
}

}  // namespace
}  // namespace peerlens

int main(int count, char** values) {
    return peerlens::run(count, values);
}

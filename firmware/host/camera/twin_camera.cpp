#include "twin_camera.hpp"

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "capture_thread.hpp"
#include "host/printable.hpp"
#include "host/signals.hpp"

namespace peerlens {
TwinCamera::TwinCamera(const CameraArguments& arguments, Pictures& pictures, Machine& machine)
    : arguments_(arguments),
      machine_(machine),
      version_(text_of(machine.version())),
      clock_(arguments.boot_ms),
      setup_(DeviceKind::kCamera, arguments_.settings, version_.view(), ddns_tls_.client(), output_,
             clock_.now()),
      frames_(kSlotBytes * CameraDevice::kSlots),
      sensor_(pictures, setup_.settings().camera, arguments.boot_ms),
      switch_(sensor_),
      device_({clock_, sensor_, sensor_, frames_.data(), kSlotBytes, CameraDevice::kSlots},
              setup_.device().secrets()),
      uplink_(random_, clock_, tls_.client(), device_.frames(), {"twin-camera", version_.view(), 0},
              *this),
      updates_(machine, gate_, "twin-camera", setup_.settings().update_public_key, clock_.now()) {
    setup_.device().attach(device_.http(), device_.status(), device_.loop(), gate_);
    updates_.attach(device_.http(), device_.status());
    device_.control().add(switch_);
    device_.status().add(switch_);
    device_.status().add(uplink_);
    device_.loop().add(uplink_);
    sensor_.set(arguments.fault);
}

std::string TwinCamera::listen() {
    device_.capture().step();  // nobody can ask before there is a picture
    port_ = device_.listener().listen(arguments_.host, static_cast<std::uint16_t>(arguments_.port));
    if (port_ == 0) {
        return "cannot listen at " + arguments_.host + ", port " + std::to_string(arguments_.port) +
               ": " + std::generic_category().message(errno);
    }
    const bool is_v6 = arguments_.host.find(':') != std::string::npos;
    output_.line("http://%s%s%s:%d/stream", is_v6 ? "[" : "", arguments_.host.c_str(),
                 is_v6 ? "]" : "", port_);
    uplink_.set_stream_port(port_);
    const bool has_network = !setup_.settings().wifi.ssid.empty();
    return has_network ? std::string(uplink_.apply(setup_.settings())) : "";
}

TwinCamera::End TwinCamera::run() {
    {
        const CaptureThread capturing(device_.capture(), machine_.watchdog());
        WatchedTask task(machine_.watchdog(), "loop");
        while (!Signals::is_stopping() && !output_.is_closed() && !rebooting_) {
            task.feed();
            device_.pass(kPassMs);
            output_.look();
            act(sensor_.fault());
            const std::uint32_t now = clock_.now();
            rebooting_ = rebooting_ || setup_.device().restart_due(now) || updates_.reboot_due(now);
        }
        device_.listener().close();
        if (!rebooting_) {
            uplink_.stop("stopping");
        }
    }
    if (rebooting_) {
        be_away(kRebootMs);
    }
    return rebooting_ && !Signals::is_stopping() ? End::kReboot : End::kStopped;
}

// Do what the capture thread cannot.
void TwinCamera::act(Fault fault) {
    const std::uint32_t now = clock_.now();
    if (fault != fault_) {
        output_.line("fault %s", name_of(fault).data());
        device_.streams().cut(fault == Fault::kPartial);
        fault_ = fault;
        fault_since_ = now;
    }
    const bool begins = now - fault_since_ >= kGraceMs;
    if (fault == Fault::kDrop) {
        device_.streams().reset();
    } else if (fault == Fault::kWifiGone && begins) {
        lose_wifi();
    } else if (fault == Fault::kReboot && begins) {
        rebooting_ = true;
    }
}

// Nobody hears anything of the camera; once it is back it knows nothing of those it talked to.
void TwinCamera::lose_wifi() {
    be_away(static_cast<std::uint32_t>(arguments_.fault_s * 1000.0));
    device_.network_lost();
    uplink_.network_changed();
    sensor_.set(Fault::kNone);
}

void TwinCamera::tell_link(bool is_up, std::string_view reason) {
    if (is_up) {
        updates_.link_up();
    }
    output_.line("link %s%s", is_up ? "up" : "down ", printable(reason).c_str());
}

void TwinCamera::tell_refused(std::string_view problem, std::string_view detail) {
    output_.line("refused %s: %s", printable(problem).c_str(), printable(detail).c_str());
}

void TwinCamera::be_away(std::uint32_t ms) const {
    const std::uint32_t since = clock_.now();
    while (clock_.now() - since < ms && !Signals::is_stopping()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        machine_.watchdog().feed();
    }
}

}  // namespace peerlens

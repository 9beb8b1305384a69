#include "device/camera_device.hpp"

namespace peerlens {

CameraDevice::CameraDevice(const CameraPort& port, const HttpSecrets& secrets)
    : clock_(port.clock),
      frames_(port.frame_memory, port.slot_size, port.slots),
      capture_(port.source, frames_, wakeup_),
      streams_(frames_, port.sensor),
      snapshot_(frames_),
      control_(port.sensor),
      camera_status_(frames_, port.sensor, streams_),
      service_(secrets),
      listener_(service_, clients_.data(), clients_.size()),
      loop_(port.clock) {
    service_.add(streams_);
    service_.add(snapshot_);
    service_.add(control_);
    service_.add(status_);
    status_.add(camera_status_);
    status_.add(uptime_);
    uptime_.tick(clock_.now());
    // First, so that who sends pictures sees what it was woken for.
    loop_.add(wakeup_);
    loop_.add(listener_);
}

void CameraDevice::pass(int wait_ms) {
    loop_.pass(wait_ms);
    const std::uint32_t now = clock_.now();
    service_.tick(now);
    camera_status_.tick(now);
    uptime_.tick(now);
}

}  // namespace peerlens

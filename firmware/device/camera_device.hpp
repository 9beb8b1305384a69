// The whole camera, but for what differs between the chip and the host.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "camera/camera_status.hpp"
#include "camera/control_handler.hpp"
#include "camera/frame_store.hpp"
#include "camera/snapshot_handler.hpp"
#include "camera/stream_handler.hpp"
#include "device/capture.hpp"
#include "device/clock.hpp"
#include "device/http_listener.hpp"
#include "device/loop.hpp"
#include "device/wakeup.hpp"
#include "http/http_service.hpp"
#include "http/status_handler.hpp"
#include "status/uptime.hpp"

namespace peerlens {

// What the port gives a camera; all of it must outlive the device.
struct CameraPort {
    const Clock& clock;
    FrameSource& source;
    SensorControl& sensor;
    // Where pictures are kept: `slots` of `slot_size` bytes. kSlots are enough for all who may
    // hold one: two streams, three snapshots, one link.
    char* frame_memory;
    std::size_t slot_size;
    std::size_t slots;
};

// Too large for a stack. Link, settings, updates and what else a device has are added by whoever
// builds it: http().add(), status().add(), control().add(), loop().add().
class CameraDevice {
public:
    static constexpr std::size_t kClients = 8;
    static constexpr std::size_t kHolders = StreamHandler::kStreams + SnapshotHandler::kMost + 1;
    static constexpr std::size_t kSlots = kHolders + FrameStore::kSpare;

    CameraDevice(const CameraPort& port, const HttpSecrets& secrets);

    // On the capture thread.
    Capture& capture() { return capture_; }

    // All else is the loop's.
    FrameStore& frames() { return frames_; }
    HttpService& http() { return service_; }
    HttpListener& listener() { return listener_; }
    StatusHandler& status() { return status_; }
    ControlHandler& control() { return control_; }
    StreamHandler& streams() { return streams_; }
    Loop& loop() { return loop_; }
    Wakeup& wakeup() { return wakeup_; }

    // Serve what happens within `wait_ms`.
    void pass(int wait_ms);
    // The network went away: nobody will answer any more.
    void network_lost() { listener_.reset_clients(); }

private:
    const Clock& clock_;
    FrameStore frames_;
    Wakeup wakeup_;
    Capture capture_;
    StreamHandler streams_;
    SnapshotHandler snapshot_;
    ControlHandler control_;
    CameraStatus camera_status_;
    Uptime uptime_;
    StatusHandler status_;
    HttpService service_;
    std::array<HttpClient, kClients> clients_;
    // Behind all whose answers its clients may still be sent: it goes first.
    HttpListener listener_;
    Loop loop_;
};

}  // namespace peerlens

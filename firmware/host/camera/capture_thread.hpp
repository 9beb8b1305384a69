// The thread that takes the pictures.
#pragma once

#include <atomic>
#include <thread>

#include "device/capture.hpp"
#include "device/task_watchdog.hpp"

namespace peerlens {

// Runs as long as it lives.
class CaptureThread {
public:
    CaptureThread(Capture& capture, TaskWatchdog& watchdog)
        : thread_([this, &capture, &watchdog] {
              WatchedTask task(watchdog, "capture");
              while (!ending_) {
                  task.feed();
                  capture.step();
              }
          }) {}
    ~CaptureThread() {
        ending_ = true;
        thread_.join();
    }
    CaptureThread(const CaptureThread&) = delete;
    CaptureThread& operator=(const CaptureThread&) = delete;

private:
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace peerlens

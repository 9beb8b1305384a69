// The thread that takes the pictures.
#pragma once

#include <atomic>
#include <thread>

#include "device/capture.hpp"

namespace peerlens {

// Runs as long as it lives.
class CaptureThread {
public:
    explicit CaptureThread(Capture& capture)
        : thread_([this, &capture] {
              while (!ending_) {
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

#include "guard.hpp"

#include <chrono>

#include "host/quiet_thread.hpp"

namespace peerlens {

Guard::Guard(OutputGate& gate, const Clock& clock, TaskWatchdog& watchdog)
    : thread_(quiet_thread([this, &gate, &clock, &watchdog] {
          WatchedTask task(watchdog, "guard");
          while (!ending_) {
              task.feed();
              gate.check(clock.now());
              std::this_thread::sleep_for(std::chrono::milliseconds(5));
          }
      })) {}

Guard::~Guard() {
    ending_ = true;
    thread_.join();
}

}  // namespace peerlens

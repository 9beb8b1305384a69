#include "guard.hpp"

#include <chrono>

#include "host/quiet_thread.hpp"

namespace peerlens {

Guard::Guard(OutputGate& gate, const Clock& clock)
    : thread_(quiet_thread([this, &gate, &clock] {
          while (!ending_) {
              gate.check(clock.now());
              std::this_thread::sleep_for(std::chrono::milliseconds(5));
          }
      })) {}

Guard::~Guard() {
    ending_ = true;
    thread_.join();
}

}  // namespace peerlens

#include "guard.hpp"

#include <chrono>
#include <csignal>

namespace peerlens {

Guard::Guard(OutputGate& gate, const Clock& clock) {
    // Signals are for the loop.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    thread_ = std::thread([this, &gate, &clock] {
        while (!ending_) {
            gate.check(clock.now());
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Guard::~Guard() {
    ending_ = true;
    thread_.join();
}

}  // namespace peerlens

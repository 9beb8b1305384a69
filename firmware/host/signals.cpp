#include "signals.hpp"

#include <csignal>

namespace peerlens {
namespace {

volatile std::sig_atomic_t stopping = 0;
volatile std::sig_atomic_t stalling = 0;

void handle(int signal) {
    (signal == SIGUSR1 ? stalling : stopping) = 1;
}

}  // namespace

void Signals::install() {
    struct sigaction action {};
    action.sa_handler = handle;
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGUSR1, &action, nullptr);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, nullptr);
}

bool Signals::is_stopping() {
    return stopping != 0;
}

bool Signals::take_stall() {
    const bool asked = stalling != 0;
    stalling = 0;
    return asked;
}

}  // namespace peerlens

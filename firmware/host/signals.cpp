#include "signals.hpp"

#include <csignal>
#include <initializer_list>

namespace peerlens {
namespace {

volatile std::sig_atomic_t stopping = 0;
volatile std::sig_atomic_t stalling = 0;

void handle(int signal) {
    (signal == SIGUSR1 ? stalling : stopping) = 1;
}

sigset_t known() {
    sigset_t set;
    sigemptyset(&set);
    for (const int each : {SIGTERM, SIGINT, SIGUSR1}) {
        sigaddset(&set, each);
    }
    return set;
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
    const sigset_t held = known();
    sigprocmask(SIG_UNBLOCK, &held, nullptr);
}

void Signals::hold() {
    const sigset_t held = known();
    sigprocmask(SIG_BLOCK, &held, nullptr);
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

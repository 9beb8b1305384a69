// A thread that leaves signals to the loop.
#pragma once

#include <pthread.h>

#include <csignal>
#include <thread>
#include <utility>

namespace peerlens {

template <typename Work>
std::thread quiet_thread(Work work) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    std::thread thread(std::move(work));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

}  // namespace peerlens

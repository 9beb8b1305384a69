#include "host/thread_watchdog.hpp"

#include <chrono>
#include <cstddef>
#include <utility>

#include "host/quiet_thread.hpp"

namespace peerlens {
namespace {

thread_local std::size_t own_task = TaskTable::kMost;

}  // namespace

ThreadWatchdog::ThreadWatchdog(const Clock& clock, std::function<void(const char*)> hung)
    : clock_(clock), hung_(std::move(hung)), thread_(quiet_thread([this] { watch(); })) {}

ThreadWatchdog::~ThreadWatchdog() {
    ending_ = true;
    thread_.join();
}

void ThreadWatchdog::join(const char* name) {
    own_task = table_.join(name, clock_.now());
}

void ThreadWatchdog::feed() {
    table_.feed(own_task, clock_.now());
}

void ThreadWatchdog::leave() {
    table_.leave(own_task);
    own_task = TaskTable::kMost;
}

void ThreadWatchdog::watch() {
    std::uint32_t checked_at = clock_.now();
    while (!ending_) {
        std::this_thread::sleep_for(std::chrono::milliseconds(kCheckMs));
        const std::uint32_t now = clock_.now();
        if (now - checked_at > 10 * kCheckMs) {
            table_.feed_all(now);
        }
        checked_at = now;
        const char* const name = table_.overdue(now, kLimitMs);
        if (name != nullptr) {
            hung_(name);
            table_.feed_all(now);
        }
    }
}

}  // namespace peerlens

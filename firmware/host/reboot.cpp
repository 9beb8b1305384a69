#include "host/reboot.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <string>
#include <system_error>

#include "host/signals.hpp"

namespace peerlens {

void Reboot::add(const std::vector<std::string>& more) {
    const std::lock_guard lock(mutex_);
    const bool there =
        arguments_.size() >= more.size() &&
        std::equal(more.begin(), more.end(), arguments_.end() - static_cast<long>(more.size()));
    if (!there) {
        arguments_.insert(arguments_.end(), more.begin(), more.end());
    }
}

void Reboot::now() {
    const std::lock_guard lock(mutex_);
    std::vector<char*> values;
    for (std::string& each : arguments_) {
        values.push_back(each.data());
    }
    values.push_back(nullptr);
    Signals::hold();
    execv("/proc/self/exe", values.data());
    std::cerr << arguments_[0] << ": cannot start again: " << std::generic_category().message(errno)
              << '\n';
    _exit(1);
}

}  // namespace peerlens

#include "host/reboot.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

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
    std::fprintf(stderr, "%s: cannot start again: %s\n", values[0], std::strerror(errno));
    _exit(1);
}

}  // namespace peerlens

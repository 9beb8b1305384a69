// Lets a twin boot again.
#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace peerlens {

// Boots by executing this program anew in this process, with the same arguments. All that is not
// kept in files is lost, and all sockets close. For all threads.
class Reboot {
public:
    Reboot(int count, const char* const* arguments) : arguments_(arguments, arguments + count) {}

    // Put these behind the arguments, where they count more than what is before them.
    void add(const std::vector<std::string>& more);
    [[noreturn]] void now();

private:
    std::mutex mutex_;
    std::vector<std::string> arguments_;
};

}  // namespace peerlens

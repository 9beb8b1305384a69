// Lines on stdout, at once, and never waiting.
#pragma once

#include <atomic>
#include <cstdarg>
#include <mutex>

namespace peerlens {

// For all threads. A reader that does not read must not hold up the car: what would have to wait is
// not written.
class StandardOutput {
public:
    // Returns whether the line was written.
    [[gnu::format(printf, 2, 3)]] bool line(const char* format, ...);

    // Look whether somebody still reads it, even when there is nothing to say.
    void look();
    // Whether nobody reads it any more, as far as was seen.
    bool is_closed() const { return closed_; }

private:
    bool can_take_a_line();

    std::mutex mutex_;
    std::atomic<bool> closed_{false};
};

}  // namespace peerlens

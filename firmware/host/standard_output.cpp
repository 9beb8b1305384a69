#include "standard_output.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace peerlens {

bool StandardOutput::line(const char* format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int wanted = std::vsnprintf(text, sizeof text - 1, format, arguments);
    va_end(arguments);
    if (wanted < 0) {
        return false;
    }
    const auto length = std::min(static_cast<std::size_t>(wanted), sizeof text - 2);
    text[length] = '\n';
    const std::lock_guard lock(mutex_);
    if (!can_take_a_line()) {
        return false;
    }
    const ssize_t written = write(STDOUT_FILENO, text, length + 1);
    closed_ = closed_ || (written < 0 && errno != EAGAIN && errno != EINTR);
    return written >= 0;
}

void StandardOutput::look() {
    pollfd descriptor{STDOUT_FILENO, 0, 0};
    if (poll(&descriptor, 1, 0) > 0 && (descriptor.revents & (POLLERR | POLLNVAL)) != 0) {
        closed_ = true;
    }
}

bool StandardOutput::can_take_a_line() {
    // A pipe counts as writable while it has room for PIPE_BUF bytes, which is more than a line.
    pollfd descriptor{STDOUT_FILENO, POLLOUT, 0};
    if (poll(&descriptor, 1, 0) < 1) {
        return false;
    }
    closed_ = closed_ || (descriptor.revents & (POLLERR | POLLNVAL)) != 0;
    return !closed_ && (descriptor.revents & POLLOUT) != 0;
}

}  // namespace peerlens

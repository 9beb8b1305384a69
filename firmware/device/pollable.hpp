// Something with sockets that the loop serves.
#pragma once

#include <sys/poll.h>

#include <cstddef>
#include <cstdint>

namespace peerlens {

class Pollable {
public:
    // Write what to wait for to `out`, which has room for `room`; returns how many.
    virtual std::size_t watch(pollfd* out, std::size_t room) = 0;
    // The loop waits no longer than this, in ms, though nothing happens.
    virtual int patience_ms(std::uint32_t now) const {
        static_cast<void>(now);
        return 1000;
    }
    // In each pass, whatever happened: `happened` are the `count` that were watched, with their
    // revents. Never blocks.
    virtual void serve(const pollfd* happened, std::size_t count, std::uint32_t now) = 0;

protected:
    ~Pollable() = default;
};

}  // namespace peerlens

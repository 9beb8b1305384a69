#include "device/loop.hpp"

#include <sys/poll.h>

#include <algorithm>

namespace peerlens {

bool Loop::add(Pollable& member) {
    if (count_ == kMost) {
        return false;
    }
    members_[count_++] = &member;
    return true;
}

void Loop::pass(int wait_ms) {
    const std::uint32_t before = clock_.now();
    for (std::size_t i = 0; i < count_; ++i) {
        wait_ms = std::min(wait_ms, members_[i]->patience_ms(before));
    }
    std::array<pollfd, kDescriptors> watched;
    std::array<std::size_t, kMost + 1> begins{};
    for (std::size_t i = 0; i < count_; ++i) {
        begins[i + 1] =
            begins[i] + members_[i]->watch(watched.data() + begins[i], kDescriptors - begins[i]);
    }
    if (poll(watched.data(), static_cast<nfds_t>(begins[count_]), wait_ms) < 0) {
        for (std::size_t i = 0; i < begins[count_]; ++i) {
            watched[i].revents = 0;
        }
    }
    const std::uint32_t now = clock_.now();
    for (std::size_t i = 0; i < count_; ++i) {
        members_[i]->serve(watched.data() + begins[i], begins[i + 1] - begins[i], now);
    }
}

}  // namespace peerlens

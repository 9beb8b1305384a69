#include "device/wakeup.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace peerlens {
namespace {

// A socket that is connected to itself gets nothing from anybody else.
bool connect_to_itself(int descriptor) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    return bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0 &&
           connect(descriptor, generic, size) == 0 &&
           fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK) == 0;
}

}  // namespace

Wakeup::Wakeup() : descriptor_(socket(AF_INET, SOCK_DGRAM, 0)) {
    if (descriptor_ < 0) {
        return;
    }
    fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
    if (!connect_to_itself(descriptor_)) {
        close(descriptor_);
        descriptor_ = -1;
    }
}

Wakeup::~Wakeup() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

void Wakeup::wake() {
    if (descriptor_ < 0 || woken_.exchange(true, std::memory_order_acq_rel)) {
        return;
    }
    const char byte = 0;
    if (send(descriptor_, &byte, 1, 0) < 0) {
        woken_.store(false, std::memory_order_release);
    }
}

std::size_t Wakeup::watch(pollfd* out, std::size_t room) {
    if (descriptor_ < 0 || room == 0) {
        return 0;
    }
    *out = {descriptor_, POLLIN, 0};
    return 1;
}

void Wakeup::serve(const pollfd* happened, std::size_t count, std::uint32_t) {
    if (count == 0 || happened->revents == 0) {
        return;
    }
    char byte;
    while (recv(descriptor_, &byte, 1, 0) > 0) {
    }
    // Only now: a datagram sent before would have been taken with the others.
    woken_.exchange(false, std::memory_order_acq_rel);
}

}  // namespace peerlens

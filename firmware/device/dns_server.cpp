#include "device/dns_server.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "provisioning/captive_dns.hpp"

namespace peerlens {

std::uint16_t DnsServer::open(std::uint16_t port) {
    close();
    descriptor_ = socket(AF_INET, SOCK_DGRAM, 0);
    if (descriptor_ < 0) {
        return 0;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    // Only there: whoever is in another network gets no answers of these.
    std::memcpy(&address.sin_addr, address_.data(), address_.size());
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
    const bool ready =
        bind(descriptor_, generic, size) == 0 && getsockname(descriptor_, generic, &size) == 0 &&
        fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL, 0) | O_NONBLOCK) == 0;
    if (!ready) {
        close();
        return 0;
    }
    return ntohs(address.sin_port);
}

void DnsServer::close() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
        descriptor_ = -1;
    }
}

std::size_t DnsServer::watch(pollfd* out, std::size_t room) {
    if (descriptor_ < 0 || room == 0) {
        return 0;
    }
    *out = {descriptor_, POLLIN, 0};
    return 1;
}

void DnsServer::serve(const pollfd* happened, std::size_t count, std::uint32_t) {
    if (count == 0 || happened->revents == 0) {
        return;
    }
    for (int i = 0; i < kMost && answer(); ++i) {
    }
}

// Returns whether there was something to read.
bool DnsServer::answer() {
    char query[kDnsBytes];
    char text[kDnsBytes];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto read =
        recvfrom(descriptor_, query, sizeof query, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (read < 0) {
        return false;
    }
    const std::size_t length = answer_dns({query, static_cast<std::size_t>(read)}, address_, text);
    if (length > 0) {
        sendto(descriptor_, text, length, 0, reinterpret_cast<sockaddr*>(&from), size);
    }
    return true;
}

}  // namespace peerlens

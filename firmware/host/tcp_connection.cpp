#include "tcp_connection.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace peerlens {
namespace {

const addrinfo& nth(const addrinfo& first, std::size_t n) {
    std::size_t count = 0;
    for (const addrinfo* each = &first; each != nullptr; each = each->ai_next) {
        ++count;
    }
    const addrinfo* chosen = &first;
    for (n %= count; n > 0; --n) {
        chosen = chosen->ai_next;
    }
    return *chosen;
}

std::string text_of(int error) {
    return std::strerror(error);
}

}  // namespace

std::string TcpConnection::connect(const std::string& host, const std::string& port) {
    close();
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* addresses = nullptr;
    const int failed = getaddrinfo(host.c_str(), port.c_str(), &hints, &addresses);
    if (failed != 0) {
        return gai_strerror(failed);
    }
    const addrinfo& address = nth(*addresses, attempt_++);
    descriptor_ = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = descriptor_ < 0 ? errno : 0;
    if (error == 0) {
        // Each command counts; none waits for another to share its packet.
        const int on = 1;
        setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(descriptor_, address.ai_addr, address.ai_addrlen) != 0 &&
            errno != EINPROGRESS) {
            error = errno;
        }
    }
    freeaddrinfo(addresses);
    if (error != 0) {
        close();
        return text_of(error);
    }
    return "";
}

void TcpConnection::close() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
    descriptor_ = -1;
    connected_ = false;
    waiting_ = 0;
}

short TcpConnection::events() const {
    const bool writes = !connected_ || waiting_ > 0;
    return static_cast<short>(POLLIN | (writes ? POLLOUT : 0));
}

std::string TcpConnection::advance(short happened) {
    if (!connected_ && (happened & (POLLOUT | POLLERR | POLLHUP)) != 0) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            return text_of(error);
        }
        connected_ = true;
    }
    return connected_ ? flush() : "";
}

std::string_view TcpConnection::receive(char* buffer, std::size_t size, std::string& error) {
    const ssize_t count = recv(descriptor_, buffer, size, 0);
    if (count > 0) {
        return {buffer, static_cast<std::size_t>(count)};
    }
    if (count == 0) {
        error = "closed by the server";
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        error = text_of(errno);
    }
    return {};
}

void TcpConnection::send(std::string_view bytes) {
    if (bytes.size() <= room()) {
        std::memcpy(buffer_.data() + waiting_, bytes.data(), bytes.size());
        waiting_ += bytes.size();
    }
}

std::string TcpConnection::flush() {
    while (waiting_ > 0) {
        const ssize_t count = ::send(descriptor_, buffer_.data(), waiting_, MSG_NOSIGNAL);
        if (count < 0) {
            const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
            return later ? "" : text_of(errno);
        }
        waiting_ -= static_cast<std::size_t>(count);
        std::memmove(buffer_.data(), buffer_.data() + count, waiting_);
    }
    return "";
}

}  // namespace peerlens

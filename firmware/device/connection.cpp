#include "device/connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace peerlens {
namespace {

std::string_view text_of(int error) {
    // Every text of an error that the system knows is a constant.
    return std::strerror(error);  // NOLINT(concurrency-mt-unsafe): see above
}

bool is_later(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// Returns -1 with errno set.
int open_without_waiting(int family) {
    const int descriptor = socket(family, SOCK_STREAM, 0);
    if (descriptor < 0) {
        return -1;
    }
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK);
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    // Each command counts; none waits for another to share its packet.
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int size = Connection::kSystemBuffer;
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return descriptor;
}

}  // namespace

std::string_view Connection::connect(std::string_view host, std::uint16_t port, bool secure) {
    close();
    if (secure && tls_ == nullptr) {
        return "there is no TLS here: expected ws://";
    }
    if (host.size() > Resolver::kMaxHost) {
        return "the server's name is too long";
    }
    host_ = {};
    std::copy(host.begin(), host.end(), host_.begin());
    secure_ = secure;
    stage_ = Stage::kLookUp;
    resolver_.start(host, port);
    return advance(0);
}

std::string_view Connection::open_socket() {
    const Resolver::Progress progress = resolver_.progress();
    if (progress != Resolver::Progress::kFound) {
        return progress == Resolver::Progress::kPending ? "" : resolver_.reason();
    }
    const Address& address = resolver_.address(attempt_++ % resolver_.count());
    descriptor_ = open_without_waiting(address.storage.ss_family);
    if (descriptor_ < 0) {
        return text_of(errno);
    }
    stage_ = Stage::kConnecting;
    const auto* to = reinterpret_cast<const sockaddr*>(&address.storage);
    if (::connect(descriptor_, to, address.size) != 0 && errno != EINPROGRESS) {
        return text_of(errno);
    }
    return "";
}

void Connection::close() {
    if (stage_ == Stage::kConnected && secure_) {
        tls_->close_notify();
    }
    if (secure_ && tls_ != nullptr) {
        tls_->end();
    }
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
    descriptor_ = -1;
    stage_ = Stage::kClosed;
    waiting_ = 0;
}

short Connection::events() const {
    switch (stage_) {
        case Stage::kConnecting: return POLLOUT;
        case Stage::kHandshake: return tls_->wants_to_write() ? POLLOUT : POLLIN;
        case Stage::kConnected: return static_cast<short>(POLLIN | (waiting_ > 0 ? POLLOUT : 0));
        default: return 0;
    }
}

std::string_view Connection::advance(short happened) {
    switch (stage_) {
        case Stage::kLookUp: return open_socket();
        case Stage::kConnecting: return finish_connecting(happened);
        case Stage::kHandshake: return shake_hands();
        case Stage::kConnected: return flush();
        default: return "";
    }
}

std::string_view Connection::finish_connecting(short happened) {
    if ((happened & (POLLOUT | POLLERR | POLLHUP)) == 0) {
        return "";
    }
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        return text_of(error);
    }
    if (!secure_) {
        stage_ = Stage::kConnected;
        return flush();
    }
    if (!tls_->begin(descriptor_, host_.data())) {
        return tls_->reason();
    }
    stage_ = Stage::kHandshake;
    return shake_hands();
}

std::string_view Connection::shake_hands() {
    switch (tls_->handshake()) {
        case Tls::Progress::kAgain: return "";
        case Tls::Progress::kDone: stage_ = Stage::kConnected; return flush();
        case Tls::Progress::kFailed: break;
    }
    return tls_->reason();
}

std::string_view Connection::receive(char* buffer, std::size_t size, std::string_view& error) {
    if (!is_connected()) {
        return {};
    }
    const long count = secure_ ? tls_->receive(buffer, size)
                               : static_cast<long>(recv(descriptor_, buffer, size, 0));
    if (count > 0) {
        return {buffer, static_cast<std::size_t>(count)};
    }
    if (count == 0) {
        error = "closed by the server";
    } else if (secure_) {
        error = count == Tls::kFailed ? tls_->reason() : "";
    } else if (!is_later(errno)) {
        error = text_of(errno);
    }
    return {};
}

std::string_view Connection::local_address(char* out, std::size_t size) const {
    sockaddr_storage own{};
    socklen_t length = sizeof own;
    if (descriptor_ < 0 ||
        getsockname(descriptor_, reinterpret_cast<sockaddr*>(&own), &length) != 0) {
        return {};
    }
    const bool v6 = own.ss_family == AF_INET6;
    const void* address =
        v6 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&own)->sin6_addr)
           : static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(&own)->sin_addr);
    if (inet_ntop(own.ss_family, address, out, static_cast<socklen_t>(size)) == nullptr) {
        return {};
    }
    return out;
}

void Connection::send(std::string_view bytes) {
    if (bytes.size() <= room()) {
        std::memcpy(buffer_.data() + waiting_, bytes.data(), bytes.size());
        waiting_ += bytes.size();
    }
}

std::string_view Connection::flush() {
    while (waiting_ > 0) {
        const std::string_view bytes(buffer_.data(), waiting_);
        const long count =
            secure_
                ? tls_->send(bytes)
                : static_cast<long>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
        if (count < 0) {
            const bool later = secure_ ? count != Tls::kFailed : is_later(errno);
            return later ? "" : secure_ ? tls_->reason() : text_of(errno);
        }
        waiting_ -= static_cast<std::size_t>(count);
        taken_ += static_cast<std::uint32_t>(count);
        std::memmove(buffer_.data(), buffer_.data() + count, waiting_);
    }
    return "";
}

}  // namespace peerlens

#include "device/http_listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace peerlens {
namespace {

constexpr int kBacklog = 8;
// What waits in the system is old by the time it arrives.
constexpr int kSendBuffer = 32'768;
// A client that vanished without a word: asked after 10 s, gone 15 s later.
constexpr int kProbeAfterS = 10;
constexpr int kProbeEveryS = 5;
constexpr int kProbes = 3;

constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 27\r\n"
    "Connection: close\r\nRetry-After: 5\r\n\r\nbusy: too many connections\n";

void set(int descriptor, int level, int option, int value) {
    setsockopt(descriptor, level, option, &value, sizeof value);
}

bool make_nonblocking(int descriptor) {
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK) == 0;
}

// A socket's address, numeric, for bind(); returns its size, 0 when it is none.
socklen_t make_address(std::string_view text, std::uint16_t port, sockaddr_storage& storage) {
    char name[INET6_ADDRSTRLEN];
    if (text.size() >= sizeof name) {
        return 0;
    }
    std::memcpy(name, text.data(), text.size());
    name[text.size()] = '\0';
    storage = {};
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    if (inet_pton(AF_INET, name, &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        return sizeof v4;
    }
    if (inet_pton(AF_INET6, name, &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        return sizeof v6;
    }
    return 0;
}

std::uint16_t port_of(int descriptor) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &size);
    return ntohs(storage.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                     : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

RemoteAddress remote(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET6) {
        RemoteAddress address;
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
        std::memcpy(address.bytes.data(), &v6.sin6_addr, address.bytes.size());
        return address;
    }
    std::uint8_t bytes[4];
    std::memcpy(bytes, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, sizeof bytes);
    return RemoteAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

void refuse(int descriptor) {
    // Unread bytes would make the close a reset, which can overtake the answer.
    char ignored[512];
    recv(descriptor, ignored, sizeof ignored, 0);
    send(descriptor, kFull.data(), kFull.size(), MSG_NOSIGNAL);
    shutdown(descriptor, SHUT_WR);
    close(descriptor);
}

}  // namespace

std::uint16_t HttpListener::listen(std::string_view address, std::uint16_t port) {
    sockaddr_storage storage;
    const socklen_t size = make_address(address, port, storage);
    int* place = nullptr;
    for (int& each : ports_) {
        place = place == nullptr && each < 0 ? &each : place;
    }
    if (size == 0 || place == nullptr) {
        errno = EINVAL;
        return 0;
    }
    const int descriptor = socket(storage.ss_family, SOCK_STREAM, 0);
    if (descriptor < 0) {
        return 0;
    }
    set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
    // Clients inherit it; lwIP has its own setting instead.
    set(descriptor, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
    if (!make_nonblocking(descriptor) ||
        bind(descriptor, reinterpret_cast<const sockaddr*>(&storage), size) != 0 ||
        ::listen(descriptor, kBacklog) != 0) {
        const int error = errno;
        ::close(descriptor);
        errno = error;
        return 0;
    }
    *place = descriptor;
    return port_of(descriptor);
}

void HttpListener::close() {
    for (int& each : ports_) {
        if (each >= 0) {
            ::close(each);
        }
        each = -1;
    }
    reset_clients();
}

void HttpListener::reset_clients() {
    for (std::size_t i = 0; i < count_; ++i) {
        if (clients_[i].descriptor >= 0) {
            close(clients_[i], true);
        }
    }
}

std::size_t HttpListener::clients() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        count += clients_[i].descriptor >= 0 ? 1 : 0;
    }
    return count;
}

std::size_t HttpListener::watch(pollfd* out, std::size_t room) {
    std::size_t count = 0;
    const auto add = [&](int descriptor, int events) {
        if (count < room) {
            out[count++] = {descriptor, static_cast<short>(events), 0};
        }
    };
    for (std::size_t i = 0; i < count_; ++i) {
        const HttpClient& client = clients_[i];
        if (client.descriptor >= 0) {
            add(client.descriptor,
                (client.connection.input_room() > 0 ? POLLIN : 0) | (client.blocked ? POLLOUT : 0));
        }
    }
    for (const int each : ports_) {
        if (each >= 0 && !rests_) {
            add(each, POLLIN);
        }
    }
    rests_ = false;
    return count;
}

void HttpListener::serve(const pollfd* happened, std::size_t count, std::uint32_t now) {
    const pollfd* const end = happened + count;
    for (std::size_t i = 0; i < count_; ++i) {
        HttpClient& client = clients_[i];
        if (client.descriptor >= 0) {
            const bool watched = happened != end && happened->fd == client.descriptor;
            serve(client, watched ? happened->revents : short{0}, now);
            happened += watched ? 1 : 0;
        }
    }
    for (; happened != end; ++happened) {
        if ((happened->revents & POLLIN) != 0) {
            accept(happened->fd, now);
        }
    }
}

void HttpListener::accept(int listener, std::uint32_t now) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    const int descriptor = ::accept(listener, reinterpret_cast<sockaddr*>(&storage), &size);
    if (descriptor < 0) {
        // No descriptor is left, for instance: it would be tried without a pause.
        rests_ = errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
        return;
    }
    if (!make_nonblocking(descriptor)) {
        ::close(descriptor);
        return;
    }
    const RemoteAddress from = remote(storage);
    HttpClient* const client = place_for(from, now);
    if (client == nullptr) {
        return refuse(descriptor);
    }
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfterS);
    set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, kProbeEveryS);
    set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
    client->descriptor = descriptor;
    client->blocked = false;
    client->shut = false;
    client->connection.open(service_, from, now);
    // What it wants has come with it, most of the time.
    serve(*client, POLLIN, now);
}

HttpClient* HttpListener::place_for(const RemoteAddress& from, std::uint32_t now) {
    HttpClient* free = nullptr;
    HttpClient* idle = nullptr;      // for the longest time
    HttpClient* own_idle = nullptr;  // likewise, of the same address
    std::size_t own = 0;
    const auto longer = [now](const HttpClient& one, const HttpClient* other) {
        return other == nullptr || now - one.connection.since() > now - other->connection.since();
    };
    for (std::size_t i = 0; i < count_; ++i) {
        HttpClient& each = clients_[i];
        if (each.descriptor < 0) {
            free = free == nullptr ? &each : free;
            continue;
        }
        const bool is_own = each.connection.from().host() == from.host();
        own += is_own ? 1 : 0;
        if (each.connection.phase() == HttpConnection::Phase::kIdle) {
            idle = longer(each, idle) ? &each : idle;
            own_idle = is_own && longer(each, own_idle) ? &each : own_idle;
        }
    }
    const bool too_many = own >= count_ - count_ / 4;
    HttpClient* const place = too_many ? own_idle : free != nullptr ? free : idle;
    if (place != nullptr && place->descriptor >= 0) {
        close(*place, false);
    }
    return place;
}

void HttpListener::serve(HttpClient& client, short happened, std::uint32_t now) {
    client.connection.tick(now);
    settle(client);
    if (client.descriptor >= 0 && (happened & (POLLIN | POLLHUP | POLLERR)) != 0) {
        read(client, now);
        settle(client);
    }
    if (client.descriptor >= 0) {
        client.blocked = client.blocked && (happened & (POLLOUT | POLLHUP | POLLERR)) == 0;
        send(client, now);
        settle(client);
    }
}

void HttpListener::read(HttpClient& client, std::uint32_t now) {
    HttpConnection& connection = client.connection;
    const std::size_t room = std::min(connection.input_room(), input_.size());
    if (room == 0) {
        return;
    }
    const auto count = recv(client.descriptor, input_.data(), room, 0);
    if (count > 0) {
        connection.received({input_.data(), static_cast<std::size_t>(count)}, now);
    } else if (count == 0) {
        connection.input_ended(now);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        connection.ended();
    }
}

void HttpListener::send(HttpClient& client, std::uint32_t now) {
    while (!client.blocked) {
        const HttpOutput out = client.connection.output(now);
        if (out.bytes.empty()) {
            return;
        }
        const auto count = ::send(client.descriptor, out.bytes.data(), out.bytes.size(),
                                  MSG_NOSIGNAL | (out.more ? MSG_MORE : 0));
        if (count >= 0) {
            client.connection.sent(static_cast<std::size_t>(count), now);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            client.blocked = true;
        } else if (errno != EINTR) {
            return client.connection.ended();
        }
    }
}

// Do with the socket what the connection has come to.
void HttpListener::settle(HttpClient& client) {
    using Phase = HttpConnection::Phase;
    switch (client.connection.phase()) {
        case Phase::kClosed: return close(client, false);
        case Phase::kReset: return close(client, true);
        case Phase::kLinger:
            if (!client.shut) {
                shutdown(client.descriptor, SHUT_WR);
                client.shut = true;
            }
            return;
        default: return;
    }
}

void HttpListener::close(HttpClient& client, bool reset) {
    if (client.descriptor < 0) {
        return;
    }
    client.connection.ended();
    if (reset) {
        const linger at_once{1, 0};
        setsockopt(client.descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    ::close(client.descriptor);
    client.descriptor = -1;
}

}  // namespace peerlens

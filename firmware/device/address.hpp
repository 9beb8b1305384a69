// The address of a socket.
#pragma once

#include <sys/socket.h>

namespace peerlens {

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

}  // namespace peerlens

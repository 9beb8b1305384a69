// A body that is sent piece by piece, without being copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace peerlens {

// It lives longer than the connection, which tells it when it is done with it.
class HttpSource {
public:
    // What to send next; it stays valid and the same until sent() or the next call. Empty: nothing
    // now, ask again, or nothing ever if at_end().
    virtual std::string_view next() = 0;
    // The first `count` bytes of it were sent.
    virtual void sent(std::size_t count) = 0;
    virtual bool at_end() const = 0;
    // The connection is to be reset.
    virtual bool is_broken() const { return false; }
    // Whether something follows at once, so that it may share a packet.
    virtual bool has_more() const { return false; }
    // Which part is being sent: a client must take each of them in time (HttpConnection::kSendMs).
    virtual std::uint32_t part() const { return 0; }
    // The last call: all was sent, or the connection is over.
    virtual void released() = 0;

protected:
    ~HttpSource() = default;
};

}  // namespace peerlens

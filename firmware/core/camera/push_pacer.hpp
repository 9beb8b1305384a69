// When the next picture may begin to leave, so that none waits where nobody sees it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace peerlens {

// Between a camera and its server there are buffers that a camera cannot look into: of the system,
// of the Wi-Fi, of a router. A picture that is put behind others there is old when it arrives. So
// each picture is followed by a ping, and the pong says that it arrived. With that this knows how
// long the link takes for a byte, and lets the next picture begin just when the last byte of the
// one before leaves the narrowest place: what is begun then is the newest there is. Where it
// knows nothing yet, one picture waits for the pong of the one before; where a pong is overdue,
// it knows wrong, and nothing begins until that has come. Any TCP will do, on the chip as on the
// host.
//
// Times are in milliseconds, modulo 2^32.
class PushPacer {
public:
    // On their way at once: over long distances several, one after the other.
    static constexpr std::size_t kMost = 8;
    // What a pong may come late, beside half of what its picture takes to leave.
    static constexpr float kLateMs = 20.0F;

    // A new link, whose round trip was `round_trip_ms` for a small message.
    void begin_link(std::uint32_t round_trip_ms);

    bool may_begin(std::uint32_t now) const;
    // How long until time alone allows one: 1 to 1000; 1000 when it does not, or has already.
    std::uint32_t wait_ms(std::uint32_t now) const;
    // A picture of so many bytes begins to leave.
    void began(std::uint32_t now, std::size_t bytes);
    // Its last byte, and the ping with this id behind it, were handed to the connection.
    void handed_over(std::uint32_t ping_id);
    // A pong came; of other pings nothing is learnt.
    void answered(std::uint32_t now, std::uint32_t ping_id);

    std::size_t unconfirmed() const { return count_; }
    // What it takes a picture of so many bytes to leave, as far as is known (0: not at all).
    float drain_ms(std::size_t bytes) const { return ms_per_byte_ * static_cast<float>(bytes); }

private:
    struct Sent {
        std::uint32_t from = 0;  // when the link was free for it
        std::size_t bytes = 0;
        std::uint32_t ping_id = 0;
    };

    bool is_overdue(std::uint32_t now) const;
    float ms_until_free(std::uint32_t now) const;
    void measure(const Sent& arrived, std::uint32_t now);

    std::array<Sent, kMost> sent_;  // the oldest first
    std::size_t count_ = 0;
    bool all_handed_over_ = true;
    bool knows_ = false;
    float ms_per_byte_ = 0.0F;
    std::uint32_t round_trip_ms_ = 0;
};

}  // namespace peerlens

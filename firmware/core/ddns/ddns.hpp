// When a dynamic DNS service is told the device's address.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "ddns/ddns_request.hpp"
#include "http/status_handler.hpp"

namespace peerlens {

// It reads no clock and has no socket: whoever has both asks take_attempt(), sends request() to
// the host of url(), gives back what came, and calls finished() in any case, at the latest after
// kAttemptMs. `now` is in milliseconds since boot, modulo 2^32.
//
// The service is told: of an address that it was not told yet; when the device has been away; and
// again after a time, as services forget names that nobody tells them of, and as the address that
// the world sees may change without the device's own. A service in trouble is asked again, later
// each time and kAttempts times at most; one that refuses is not asked again until the next boot.
class Ddns final : public StatusPart {
public:
    static constexpr std::uint32_t kAttemptMs = 15'000;
    static constexpr int kAttempts = 6;
    // Between two attempts for the same reason: at first, and twice as long each time.
    static constexpr std::uint32_t kPauseMs = 30'000;
    // Between two attempts, whatever happens: an address that comes and goes is no reason to flood.
    static constexpr std::uint32_t kLeastMs = 30'000;
    // With {address} in the URL; and where the service looks itself where the request comes from.
    static constexpr std::uint32_t kRefreshMs = 86'400'000;
    static constexpr std::uint32_t kLookMs = 3'600'000;

    // `url`: the template; it must outlive this. Empty: this does nothing.
    explicit Ddns(std::string_view url) : url_(url) {}

    // The device's own address; empty while it is in no network.
    void set_address(std::string_view address);
    // Whether to begin now; true once for each attempt.
    bool take_attempt(std::uint32_t now);
    std::string_view url() const { return url_; }
    // Of the attempt that was taken.
    std::string_view request() const { return request_; }
    void received(std::string_view bytes) { answer_.append(bytes); }
    // Nothing more comes. `wrong`: what stood against it, empty if it was answered.
    void finished(std::uint32_t now, std::string_view wrong);

    // ddns: told?, problem?, tries.
    void write(JsonWriter& json, std::uint32_t now) override;

private:
    bool is_wanted(std::uint32_t now) const;

    const std::string_view url_;
    Text<64> address_;
    Text<64> asking_;  // with this address
    Text<64> told_;    // the address that the service knows
    Text<1200> request_;
    Text<1024> answer_;
    Text<96> problem_;
    bool trying_ = false;
    bool was_away_ = true;  // since the service was told
    bool refused_ = false;
    bool attempted_ = false;
    int failures_ = 0;
    std::uint32_t attempt_at_ = 0;
    std::uint32_t told_at_ = 0;
};

}  // namespace peerlens

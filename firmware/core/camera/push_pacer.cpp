#include "camera/push_pacer.hpp"

namespace peerlens {
namespace {

// How much a new measurement counts. A picture more or less says little on Wi-Fi.
constexpr float kWeight = 0.25F;

}  // namespace

void PushPacer::begin_link(std::uint32_t round_trip_ms) {
    count_ = 0;
    all_handed_over_ = true;
    knows_ = false;
    ms_per_byte_ = 0.0F;
    round_trip_ms_ = round_trip_ms;
}

bool PushPacer::may_begin(std::uint32_t now) const {
    if (count_ == 0) {
        return true;
    }
    return all_handed_over_ && knows_ && count_ < kMost && !is_overdue(now) &&
           ms_until_free(now) <= 0.0F;
}

std::uint32_t PushPacer::wait_ms(std::uint32_t now) const {
    constexpr std::uint32_t kLongest = 1000;
    if (count_ == 0 || !all_handed_over_ || !knows_) {
        return kLongest;
    }
    const float left = ms_until_free(now);
    if (left <= 0.0F || left >= static_cast<float>(kLongest)) {
        return kLongest;
    }
    return static_cast<std::uint32_t>(left) + 1;
}

// The oldest should have been confirmed by now: the link is slower than it was.
bool PushPacer::is_overdue(std::uint32_t now) const {
    const float due_ms = 1.5F * drain_ms(sent_[0].bytes) + static_cast<float>(round_trip_ms_);
    return static_cast<float>(now - sent_[0].from) > due_ms + kLateMs;
}

// Until all that is on its way has passed the narrowest place, in that order.
float PushPacer::ms_until_free(std::uint32_t now) const {
    float free_ms = 0.0F;  // from when the oldest began
    for (std::size_t i = 0; i < count_; ++i) {
        const auto from_ms = static_cast<float>(sent_[i].from - sent_[0].from);
        free_ms = (from_ms > free_ms ? from_ms : free_ms) + drain_ms(sent_[i].bytes);
    }
    return free_ms - static_cast<float>(now - sent_[0].from);
}

void PushPacer::began(std::uint32_t now, std::size_t bytes) {
    if (count_ < kMost) {
        sent_[count_++] = {now, bytes, 0};
        all_handed_over_ = false;
    }
}

void PushPacer::handed_over(std::uint32_t ping_id) {
    if (!all_handed_over_) {
        sent_[count_ - 1].ping_id = ping_id;
        all_handed_over_ = true;
    }
}

void PushPacer::answered(std::uint32_t now, std::uint32_t ping_id) {
    const bool is_being_sent = count_ == 1 && !all_handed_over_;
    if (count_ == 0 || is_being_sent || sent_[0].ping_id != ping_id) {
        return;
    }
    const Sent arrived = sent_[0];
    --count_;
    for (std::size_t i = 0; i < count_; ++i) {
        sent_[i] = sent_[i + 1];
    }
    measure(arrived, now);
    // The one behind it had the link to itself only from when this one had left: half a round
    // trip before it was there, and another half before that was known.
    const std::uint32_t free_at = now - round_trip_ms_;
    if (count_ > 0 && static_cast<std::int32_t>(free_at - sent_[0].from) > 0) {
        sent_[0].from = free_at;
    }
}

void PushPacer::measure(const Sent& arrived, std::uint32_t now) {
    // A picture that was begun too early may seem to have taken no time at all.
    const auto took = static_cast<std::int32_t>(now - arrived.from);
    const std::uint32_t took_ms = took > 0 ? static_cast<std::uint32_t>(took) : 0;
    if (took_ms < round_trip_ms_) {
        round_trip_ms_ = took_ms;
    }
    const auto drained_ms = static_cast<float>(took_ms - round_trip_ms_);
    const float measured = drained_ms / static_cast<float>(arrived.bytes > 0 ? arrived.bytes : 1);
    ms_per_byte_ = knows_ ? ms_per_byte_ + kWeight * (measured - ms_per_byte_) : measured;
    knows_ = true;
}

}  // namespace peerlens

// How late the control loop comes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace peerlens {

// Lateness of each pass: how much longer than its period it came after the one before. Counted in
// steps of 100 us up to 25.6 ms, and as the longest beyond. After some hours at 5 ms what was first
// counts for less and less.
class LoopTiming {
public:
    static constexpr std::uint32_t kStepUs = 100;
    static constexpr std::size_t kSteps = 256;
    static constexpr std::uint32_t kMostCounted = 1u << 21;

    LoopTiming(std::uint32_t period_us, std::uint32_t now_us)
        : period_us_(period_us), passed_at_(now_us) {}

    // A pass began. `now_us` is in microseconds modulo 2^32.
    void passed(std::uint32_t now_us) {
        const std::uint32_t took_us = now_us - passed_at_;
        passed_at_ = now_us;
        const std::uint32_t late_us = took_us > period_us_ ? took_us - period_us_ : 0;
        longest_us_ = late_us > longest_us_ ? late_us : longest_us_;
        const std::size_t step = late_us / kStepUs;
        ++counts_[step < kSteps ? step : kSteps - 1];
        ++passes_;
        if (++counted_ >= kMostCounted) {
            halve();
        }
    }

    // Modulo 2^32.
    std::uint32_t passes() const { return passes_; }
    std::uint32_t longest_us() const { return longest_us_; }

    // The lateness that `share` (0 to 1) of the passes did not exceed, to the next whole step.
    std::uint32_t late_us(double share) const {
        const double wanted = share * counted_;
        double seen = 0.0;
        for (std::size_t step = 0; step < kSteps - 1; ++step) {
            seen += counts_[step];
            if (seen >= wanted) {
                const auto end_us = static_cast<std::uint32_t>(step + 1) * kStepUs;
                return end_us < longest_us_ ? end_us : longest_us_;
            }
        }
        return longest_us_;
    }

private:
    void halve() {
        counted_ = 0;
        for (std::uint32_t& count : counts_) {
            count /= 2;
            counted_ += count;
        }
    }

    const std::uint32_t period_us_;
    std::uint32_t passed_at_;
    std::uint32_t passes_ = 0;
    std::uint32_t counted_ = 0;  // in counts_
    std::uint32_t longest_us_ = 0;
    std::array<std::uint32_t, kSteps> counts_{};
};

}  // namespace peerlens

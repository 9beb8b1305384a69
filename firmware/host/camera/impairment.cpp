#include "impairment.hpp"

namespace peerlens {
namespace {

constexpr std::string_view kStartOfScan = "\xFF\xDA";

}  // namespace

std::string_view Impairment::impair(std::string_view jpeg, Fault fault) {
    ++count_;
    std::string_view sent = jpeg;
    switch (fault) {
        case Fault::kStall:
        case Fault::kDrop: sent = {}; break;
        case Fault::kSlow: sent = count_ % kSlowDivisor != 0 ? std::string_view() : jpeg; break;
        case Fault::kCorrupt: sent = flipped(jpeg); break;
        case Fault::kJoined:
            changed_ = before_;
            changed_ += jpeg;
            sent = changed_;
            break;
        case Fault::kTruncated:
            sent = count_ % 2 != 0 ? jpeg.substr(0, jpeg.size() * 2 / 3) : jpeg;
            break;
        default: break;  // it does something else
    }
    before_ = jpeg;
    return sent;
}

std::string_view Impairment::flipped(std::string_view jpeg) {
    changed_ = jpeg;
    const std::size_t scan = jpeg.find(kStartOfScan);
    const std::size_t first = scan == std::string_view::npos ? 0 : scan + 16;
    if (first + 2 >= jpeg.size()) {
        return changed_;
    }
    for (int i = 0; i < kFlips; ++i) {
        state_ = state_ * 1'664'525 + 1'013'904'223;
        const std::size_t at = first + (state_ >> 3) % (jpeg.size() - 2 - first);
        changed_[at] = static_cast<char>(changed_[at] ^ (1 << (state_ >> 29)));
    }
    return changed_;
}

}  // namespace peerlens

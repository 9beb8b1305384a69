#include "host/file_counters.hpp"

#include <sstream>
#include <string>

namespace peerlens {
namespace {

constexpr const char* kCountersFile = "counters";
constexpr const char* kReasonFile = "reset";

}  // namespace

bool FileCounters::load(BootCounters& counters) {
    std::string text;
    if (!folder_.load(kCountersFile, 200, text)) {
        return false;
    }
    std::istringstream in(text);
    BootCounters read;
    in >> read.boots >> read.panics >> read.watchdogs >> read.brown_outs >> read.rollbacks >>
        read.updating;
    if (!in.fail()) {
        counters = read;
    }
    return !in.fail();
}

bool FileCounters::save(const BootCounters& counters) {
    std::ostringstream out;
    out << counters.boots << ' ' << counters.panics << ' ' << counters.watchdogs << ' '
        << counters.brown_outs << ' ' << counters.rollbacks << ' ' << counters.updating << '\n';
    return folder_.save(kCountersFile, out.str());
}

void FileCounters::will_reset(ResetReason reason) {
    folder_.save(kReasonFile, name_of(reason));
}

ResetReason FileCounters::take_reason() {
    std::string text;
    folder_.load(kReasonFile, 100, text);
    folder_.erase(kReasonFile);
    for (const ResetReason reason :
         {ResetReason::kButton, ResetReason::kSoftware, ResetReason::kPanic, ResetReason::kWatchdog,
          ResetReason::kBrownOut}) {
        if (text == name_of(reason)) {
            return reason;
        }
    }
    return ResetReason::kPowerOn;
}

}  // namespace peerlens

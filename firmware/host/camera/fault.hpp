// How the twin can misbehave.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace peerlens {

enum class Fault : std::uint8_t {
    kNone,
    kStall,      // connections stay open, no picture comes
    kDrop,       // streams are reset, new ones too; the rest answers
    kCorrupt,    // bits of the compressed data are wrong
    kJoined,     // each picture holds the one before as well
    kTruncated,  // every second picture is cut short, with no EOI
    kSlow,       // only every fifth picture is sent
    kPartial,    // each stream is cut off within a picture
    kWifiGone,   // nothing is sent, read or accepted for a while; then all connections are reset
    kClockJump,  // the capture times are an hour ahead
    kReboot,     // starts anew: the clock at zero, all that was connected is not any more
};

struct NamedFault {
    std::string_view name;
    Fault fault;
};

// The first seven are those of peerlens/camera_fault.py.
inline constexpr std::array<NamedFault, 11> kFaults{{
    {"none", Fault::kNone},
    {"stall", Fault::kStall},
    {"drop", Fault::kDrop},
    {"corrupt", Fault::kCorrupt},
    {"joined", Fault::kJoined},
    {"truncated", Fault::kTruncated},
    {"slow", Fault::kSlow},
    {"partial", Fault::kPartial},
    {"wifi-gone", Fault::kWifiGone},
    {"clock-jump", Fault::kClockJump},
    {"reboot", Fault::kReboot},
}};

std::optional<Fault> fault_named(std::string_view name);
std::string_view name_of(Fault fault);

}  // namespace peerlens

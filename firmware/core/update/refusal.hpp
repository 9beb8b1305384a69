// Why an update is refused.
#pragma once

#include <cstdint>

namespace peerlens {

enum class Refusal : std::uint8_t {
    kNone,
    kNoKey,           // nobody may sign an update for this device
    kBusy,            // another upload is under way
    kInstalled,       // one was installed, and is not booted yet
    kOnTrial,         // the program that runs is not confirmed; the other slot is its way back
    kInUse,           // the device is doing what must not be interrupted
    kTooSmall,        // no room for a header and a program
    kTooLarge,        // for the slot
    kNoImage,         // it does not begin as an image does
    kUnsigned,        // an image without a signature
    kWrongSignature,  // not of this device's key, or the header was changed
    kOtherTarget,     // for another kind of device
    kDowngrade,       // older than what runs
    kOtherSize,       // the header's size is not that of what is sent
    kCorrupt,         // the program is not the one that was signed
    kTruncated,       // the connection ended too early
    kStalled,         // nothing came for too long
    kNotWritten,      // the slot could not be erased or written
    kNotBootable,     // the slot does not hold a program for this chip
};

// The status of the HTTP response that tells it: 409 passes by itself or needs something done to
// the device first, 403 needs another key, 413, 422 and 400 need another image.
constexpr std::uint16_t status_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::kNone: return 200;
        case Refusal::kBusy:
        case Refusal::kInstalled:
        case Refusal::kOnTrial:
        case Refusal::kInUse:
        case Refusal::kDowngrade: return 409;
        case Refusal::kNoKey:
        case Refusal::kUnsigned:
        case Refusal::kWrongSignature: return 403;
        case Refusal::kTooLarge: return 413;
        case Refusal::kNoImage:
        case Refusal::kOtherTarget:
        case Refusal::kCorrupt:
        case Refusal::kNotBootable: return 422;
        case Refusal::kStalled: return 408;
        case Refusal::kNotWritten: return 500;
        default: return 400;
    }
}

}  // namespace peerlens

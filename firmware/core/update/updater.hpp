// Takes an update: verifies it as it comes and writes it to the other slot.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "json/json_writer.hpp"
#include "status/boot_counters.hpp"
#include "update/image_crypto.hpp"
#include "update/image_header.hpp"
#include "update/refusal.hpp"
#include "update/update_gate.hpp"
#include "update/update_slots.hpp"

namespace peerlens {

// What an image has to fit.
struct UpdateTarget {
    Text<ImageHeader::kTargetSize> name;  // such as "board-esp32"
    Version running;
};

// One upload at a time: begin(), write() as often as it takes, finish(). Nothing is kept of an
// image but its header; nothing is written before the header's signature is right; and nothing is
// booted before the last byte is in its slot and the digest is right. What is refused changes
// nothing: the program that runs stays the one that boots.
//
// `now` is in milliseconds since boot, modulo 2^32.
class Updater {
public:
    static constexpr std::uint32_t kStallMs = 10'000;
    // So long the response has to reach whoever uploaded.
    static constexpr std::uint32_t kRebootAfterMs = 500;

    // What an update needs of its device; all of it must outlive the updater.
    struct Device {
        UpdateSlots& slots;
        ImageCrypto& crypto;
        BootRecord& record;
        UpdateGate& gate;
    };

    Updater(const Device& device, const UpdateTarget& target) : device_(device), target_(target) {}

    // An upload of `length` bytes begins. What is refused here leaves another upload alone.
    Refusal begin(std::uint32_t now, std::uint64_t length, bool allow_downgrade);
    // The next of them. After a refusal the upload is over.
    Refusal write(std::uint32_t now, std::string_view bytes);
    // Those were all: install it.
    Refusal finish(std::uint32_t now);
    // The connection of the upload is gone.
    void lost();
    // Call it at least every second: gives up an upload that has stalled, or is in the way.
    void tick(std::uint32_t now);

    bool is_receiving() const { return state_ == State::kReceiving; }
    // Of the image that is being taken, or was taken last.
    Version version() const { return header_ ? header_->version : Version{}; }
    // An update is installed, the response has had its time, and nothing speaks against a reboot.
    bool reboot_due(std::uint32_t now) const;
    // Why the last upload was refused, for a person; empty when none was.
    std::string_view reason() const { return reason_.view(); }

    // For `/status`: "firmware":"1.4.12","target":"board-esp32","update":{"state":"idle"...}.
    void describe(JsonWriter& json) const;

private:
    enum class State : std::uint8_t { kIdle, kReceiving, kInstalled };

    Refusal obstacle_to(std::uint64_t length) const;
    Refusal take_header(std::string_view& bytes);
    Refusal check_header() const;
    Refusal take_program(std::string_view bytes);
    Refusal install(std::uint32_t now);
    Refusal give_up(Refusal why);
    void explain(Refusal why);

    Device device_;
    UpdateTarget target_;
    State state_ = State::kIdle;
    bool allow_downgrade_ = false;
    std::uint64_t length_ = 0;
    std::uint64_t received_ = 0;
    std::uint32_t heard_at_ = 0;  // or, installed, since when
    std::array<char, ImageHeader::kSize> header_bytes_{};
    std::optional<ImageHeader> header_;
    Text<160> reason_;
};

}  // namespace peerlens

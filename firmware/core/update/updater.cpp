#include "update/updater.hpp"

#include <algorithm>

#include "base/sentence.hpp"

namespace peerlens {

Refusal Updater::begin(std::uint32_t now, std::uint64_t length, bool allow_downgrade) {
    const Refusal obstacle = obstacle_to(length);
    if (obstacle != Refusal::kNone) {
        // What was sent to a busy device says nothing about the upload that keeps it busy.
        explain(obstacle);
        return obstacle;
    }
    device_.gate.hold(true);
    state_ = State::kReceiving;
    allow_downgrade_ = allow_downgrade;
    length_ = length;
    received_ = 0;
    heard_at_ = now;
    header_.reset();
    reason_.clear();
    return Refusal::kNone;
}

Refusal Updater::obstacle_to(std::uint64_t length) const {
    if (state_ == State::kReceiving) {
        return Refusal::kBusy;
    }
    if (state_ == State::kInstalled) {
        return Refusal::kInstalled;
    }
    if (!device_.crypto.has_key()) {
        return Refusal::kNoKey;
    }
    if (!device_.gate.obstacle().empty()) {
        return Refusal::kInUse;
    }
    if (device_.slots.on_trial()) {
        return Refusal::kOnTrial;
    }
    if (length <= ImageHeader::kSize) {
        return Refusal::kTooSmall;
    }
    return length - ImageHeader::kSize > device_.slots.capacity() ? Refusal::kTooLarge
                                                                  : Refusal::kNone;
}

Refusal Updater::write(std::uint32_t now, std::string_view bytes) {
    if (state_ != State::kReceiving) {
        return Refusal::kStalled;  // it was given up meanwhile
    }
    if (!device_.gate.obstacle().empty()) {
        return give_up(Refusal::kInUse);
    }
    heard_at_ = now;
    if (bytes.size() > length_ - received_) {
        return give_up(Refusal::kOtherSize);
    }
    if (!header_) {
        const Refusal refusal = take_header(bytes);
        if (refusal != Refusal::kNone) {
            return give_up(refusal);
        }
    }
    const Refusal refusal = bytes.empty() ? Refusal::kNone : take_program(bytes);
    return refusal == Refusal::kNone ? refusal : give_up(refusal);
}

// Takes from `bytes` what belongs to the header, and begins to write once it is whole.
Refusal Updater::take_header(std::string_view& bytes) {
    const auto at = static_cast<std::size_t>(received_);
    const std::size_t count = std::min(bytes.size(), ImageHeader::kSize - at);
    std::copy_n(bytes.begin(), count, header_bytes_.begin() + static_cast<std::ptrdiff_t>(at));
    bytes.remove_prefix(count);
    received_ += count;
    if (received_ < ImageHeader::kSize) {
        return Refusal::kNone;
    }
    header_ = read_image_header({header_bytes_.data(), header_bytes_.size()});
    const Refusal refusal = check_header();
    if (refusal != Refusal::kNone) {
        return refusal;
    }
    device_.crypto.begin();
    return device_.slots.begin(header_->program_size) ? Refusal::kNone : Refusal::kNotWritten;
}

// The signature comes first: what is not signed has nothing to say.
Refusal Updater::check_header() const {
    if (!header_) {
        return Refusal::kNoImage;
    }
    if (header_->is_unsigned()) {
        return Refusal::kUnsigned;
    }
    if (!device_.crypto.verify({header_bytes_.data(), ImageHeader::kSigned}, header_->signature)) {
        return Refusal::kWrongSignature;
    }
    if (header_->target() != target_.name.view()) {
        return Refusal::kOtherTarget;
    }
    if (header_->version < target_.running && !allow_downgrade_) {
        return Refusal::kDowngrade;
    }
    return header_->program_size == length_ - ImageHeader::kSize ? Refusal::kNone
                                                                 : Refusal::kOtherSize;
}

Refusal Updater::take_program(std::string_view bytes) {
    device_.crypto.add(bytes);
    received_ += bytes.size();
    return device_.slots.write(bytes) ? Refusal::kNone : Refusal::kNotWritten;
}

Refusal Updater::finish(std::uint32_t now) {
    if (state_ != State::kReceiving) {
        return Refusal::kStalled;
    }
    const Refusal refusal = received_ == length_ ? install(now) : Refusal::kTruncated;
    return refusal == Refusal::kNone ? refusal : give_up(refusal);
}

Refusal Updater::install(std::uint32_t now) {
    if (!device_.gate.obstacle().empty()) {
        return Refusal::kInUse;
    }
    if (device_.crypto.finish() != header_->program_digest) {
        return Refusal::kCorrupt;
    }
    if (!device_.slots.install(header_->version)) {
        return Refusal::kNotBootable;
    }
    device_.record.installed();
    state_ = State::kInstalled;
    heard_at_ = now;
    return Refusal::kNone;
}

void Updater::lost() {
    if (state_ == State::kReceiving) {
        give_up(Refusal::kTruncated);
    }
}

void Updater::tick(std::uint32_t now) {
    if (state_ != State::kReceiving) {
        return;
    }
    if (!device_.gate.obstacle().empty()) {
        give_up(Refusal::kInUse);
    } else if (now - heard_at_ >= kStallMs) {
        give_up(Refusal::kStalled);
    }
}

bool Updater::reboot_due(std::uint32_t now) const {
    return state_ == State::kInstalled && now - heard_at_ >= kRebootAfterMs &&
           device_.gate.obstacle().empty();
}

Refusal Updater::give_up(Refusal why) {
    explain(why);
    device_.slots.abandon();
    device_.gate.hold(false);
    state_ = State::kIdle;
    return why;
}

void Updater::explain(Refusal why) {
    reason_.clear();
    Sentence<160> says(reason_);
    switch (why) {
        case Refusal::kNone: break;
        case Refusal::kNoKey:
            says << "the device has no key to verify updates with; expected one in its settings";
            break;
        case Refusal::kBusy: says << "another upload is under way"; break;
        case Refusal::kInstalled: says << "an update is installed; the device reboots first"; break;
        case Refusal::kOnTrial:
            says << "version " << text_of(target_.running).view()
                 << " is on trial; try again once it is confirmed";
            break;
        case Refusal::kInUse: says << device_.gate.obstacle(); break;
        case Refusal::kTooSmall:
            says << "too small for an image; expected more than " << ImageHeader::kSize << " bytes";
            break;
        case Refusal::kTooLarge:
            says << "too large; the slot takes " << device_.slots.capacity() + ImageHeader::kSize
                 << " bytes";
            break;
        case Refusal::kNoImage:
            says << "not a Peerlens image; expected one that sign_image.py made";
            break;
        case Refusal::kUnsigned: says << "the image is not signed"; break;
        case Refusal::kWrongSignature:
            says << "the image is not signed by this device's key, or its header was changed";
            break;
        case Refusal::kOtherTarget:
            says << "the image is for " << header_->target() << "; expected one for "
                 << target_.name.view();
            break;
        case Refusal::kDowngrade:
            says << "the image is version " << text_of(header_->version).view() << ", and "
                 << text_of(target_.running).view()
                 << " runs; to go back all the same, add ?downgrade=1";
            break;
        case Refusal::kOtherSize:
            says << "not of the size that the header tells; expected "
                 << (header_ ? header_->program_size + std::uint64_t{ImageHeader::kSize} : length_)
                 << " bytes";
            break;
        case Refusal::kCorrupt:
            says << "corrupt: the program is not the one that was signed";
            break;
        case Refusal::kTruncated:
            says << "cut short after " << received_ << " of " << length_ << " bytes";
            break;
        case Refusal::kStalled:
            says << "nothing came for " << kStallMs / 1000 << " s, after " << received_ << " of "
                 << length_ << " bytes";
            break;
        case Refusal::kNotWritten: says << "the slot could not be written"; break;
        case Refusal::kNotBootable:
            says << "what was written is not a program that this device can boot";
            break;
    }
}

void Updater::describe(JsonWriter& json) const {
    json.add("firmware", text_of(target_.running).view());
    json.add("target", target_.name.view());
    json.open("update");
    const char* const state = state_ == State::kReceiving   ? "receiving"
                              : state_ == State::kInstalled ? "installed"
                              : device_.slots.on_trial()    ? "on-trial"
                                                            : "idle";
    json.add("state", state);
    if (state_ != State::kIdle) {
        json.add("received", static_cast<std::int64_t>(received_));
        json.add("size", static_cast<std::int64_t>(length_));
        if (header_) {
            json.add("version", text_of(header_->version).view());
        }
    }
    if (!reason_.empty()) {
        json.add("refused", reason_.view());
    }
    json.close();
}

}  // namespace peerlens

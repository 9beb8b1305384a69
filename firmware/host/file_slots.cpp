#include "host/file_slots.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <optional>
#include <sstream>

namespace peerlens {
namespace {

constexpr const char* kBootFile = "boot";
constexpr std::array<const char*, 5> kStates{"empty", "new", "trial", "confirmed", "rejected"};

std::string slot_file(std::size_t slot) {
    return "slot-" + std::to_string(slot);
}

std::string written(const BootChoice& choice) {
    std::string text = "boot " + std::to_string(choice.chosen) + "\n";
    for (const BootChoice::Slot& slot : choice.slots) {
        text += kStates[static_cast<std::size_t>(slot.state)];
        text.append(" ").append(text_of(slot.version).view()).append("\n");
    }
    return text;
}

bool read_slot(std::istream& in, BootChoice::Slot& slot) {
    std::string state;
    std::string version;
    in >> state >> version;
    const auto parsed = parse_version(version);
    for (std::size_t i = 0; i < kStates.size(); ++i) {
        if (state == kStates[i] && parsed) {
            slot = {static_cast<SlotState>(i), *parsed};
            return true;
        }
    }
    return false;
}

std::optional<BootChoice> read_choice(const std::string& text) {
    std::istringstream in(text);
    BootChoice choice;
    std::string word;
    in >> word >> choice.chosen;
    const bool whole = word == "boot" && choice.chosen < choice.slots.size() &&
                       read_slot(in, choice.slots[0]) && read_slot(in, choice.slots[1]);
    return whole ? std::optional(choice) : std::nullopt;
}

}  // namespace

std::string FileSlots::boot(const Version& built) {
    BootChoice choice;
    choice.slots[0] = {SlotState::kConfirmed, built};
    std::string text;
    if (folder_.load(kBootFile, 1000, text)) {
        const auto read = read_choice(text);
        if (!read) {
            return folder_.path_of(kBootFile) + ": not the state of two slots";
        }
        choice = *read;
    }
    choice.boot();
    if (!folder_.keeps()) {
        choice_ = choice;
        return "";
    }
    return remember(choice) ? "" : folder_.path_of(kBootFile) + ": cannot be written";
}

std::string FileSlots::fault() const {
    std::string program;
    folder_.load(slot_file(choice_.running), kCapacity, program);
    std::istringstream in(program.substr(0, 100));
    std::string word;
    std::string name;
    in >> word >> name;
    return word == "peerlens-twin-fault" ? name : "";
}

bool FileSlots::begin(std::size_t size) {
    BootChoice choice = choice_;
    choice.begin();
    close_file();
    if (size > kCapacity || !remember(choice)) {
        return false;
    }
    const std::string path = folder_.path_of(slot_file(choice.other()));
    descriptor_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    left_ = size;
    return descriptor_ >= 0;
}

bool FileSlots::write(std::string_view bytes) {
    if (descriptor_ < 0 || bytes.size() > left_) {
        return false;
    }
    left_ -= bytes.size();
    return write_all(descriptor_, bytes);
}

bool FileSlots::install(const Version& version) {
    const bool whole = descriptor_ >= 0 && left_ == 0 && fsync(descriptor_) == 0;
    close_file();
    BootChoice choice = choice_;
    choice.install(version);
    return whole && remember(choice);
}

bool FileSlots::confirm() {
    BootChoice choice = choice_;
    choice.confirm();
    return remember(choice);
}

bool FileSlots::reject() {
    BootChoice choice = choice_;
    choice.reject();
    return remember(choice);
}

bool FileSlots::remember(const BootChoice& choice) {
    if (!folder_.save(kBootFile, written(choice))) {
        return false;
    }
    choice_ = choice;
    return true;
}

void FileSlots::close_file() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
    descriptor_ = -1;
}

}  // namespace peerlens

// A twin's two slots: files, and beside them what a bootloader remembers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/state_folder.hpp"
#include "update/boot_choice.hpp"
#include "update/update_slots.hpp"

namespace peerlens {

// The twin that runs is always this program; what its slot holds stands for it. So a twin has the
// version of its slot, and behaves as the slot's first line says (fault()). Without a folder there
// is one program, and no room for another.
class FileSlots final : public UpdateSlots {
public:
    static constexpr std::size_t kCapacity = std::size_t{4} * 1024 * 1024;

    explicit FileSlots(const StateFolder& folder) : folder_(folder) {}
    ~FileSlots() { close_file(); }
    FileSlots(const FileSlots&) = delete;
    FileSlots& operator=(const FileSlots&) = delete;

    // What the bootloader does, once for each boot. A folder that knows nothing yet has the
    // version `built` in its first slot. Returns what is wrong, or an empty string.
    std::string boot(const Version& built);
    const Version& running() const { return choice_.slots[choice_.running].version; }
    // The name in the running slot's first line, `peerlens-twin-fault NAME`, or nothing.
    std::string fault() const;

    std::size_t capacity() const override { return kCapacity; }
    bool on_trial() const override { return choice_.on_trial(); }
    bool begin(std::size_t size) override;
    bool write(std::string_view bytes) override;
    bool install(const Version& version) override;
    void abandon() override { close_file(); }
    bool confirm() override;
    bool reject() override;

private:
    bool remember(const BootChoice& choice);
    void close_file();

    const StateFolder& folder_;
    BootChoice choice_;
    int descriptor_ = -1;
    std::size_t left_ = 0;
};

}  // namespace peerlens

// The two partitions for programs.
#pragma once

#include <esp_ota_ops.h>

#include "update/update_slots.hpp"

namespace peerlens {

// install() reads the whole program once more, which takes about a second for 1.5 MB.
class OtaSlots final : public UpdateSlots {
public:
    OtaSlots();

    std::size_t capacity() const override;
    bool on_trial() const override;
    bool begin(std::size_t size) override;
    bool write(std::string_view bytes) override;
    bool install(const Version& version) override;
    void abandon() override;
    bool confirm() override;
    bool reject() override;

private:
    const esp_partition_t* other_;
    esp_ota_handle_t handle_ = 0;
    bool begun_ = false;
};

}  // namespace peerlens

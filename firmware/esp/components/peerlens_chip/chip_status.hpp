// What /status says of the chip.
#pragma once

#include "device/link_quality.hpp"
#include "http/status_handler.hpp"

namespace peerlens {

// heap_free, heap_least (since boot), psram_free, rssi_dbm?: bytes and dBm.
class ChipStatus final : public StatusPart {
public:
    explicit ChipStatus(LinkQuality& radio) : radio_(radio) {}

    void write(JsonWriter& json, std::uint32_t now) override;

private:
    LinkQuality& radio_;
};

}  // namespace peerlens

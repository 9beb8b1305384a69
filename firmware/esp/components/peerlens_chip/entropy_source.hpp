// True random numbers before Wi-Fi runs.
#pragma once

#include <bootloader_random.h>

namespace peerlens {

// As long as it lives the chip's random numbers are true ones, fed by the ADC. Nothing else may use
// ADC or Wi-Fi meanwhile: make it, take the numbers for secrets, and let it go, first of all.
class EntropySource {
public:
    EntropySource() { bootloader_random_enable(); }
    ~EntropySource() { bootloader_random_disable(); }
    EntropySource(const EntropySource&) = delete;
    EntropySource& operator=(const EntropySource&) = delete;
};

}  // namespace peerlens

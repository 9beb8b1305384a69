// What a fault does to the pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fault.hpp"

namespace peerlens {

// Used by one thread.
class Impairment {
public:
    static constexpr int kFlips = 12;
    static constexpr unsigned kSlowDivisor = 5;

    // What is sent instead of `jpeg`, empty for nothing; valid until the next call. To be called
    // once for each picture.
    std::string_view impair(std::string_view jpeg, Fault fault);

private:
    std::string_view flipped(std::string_view jpeg);

    std::string before_;
    std::string changed_;
    unsigned count_ = 0;
    std::uint32_t state_ = 1;  // of a generator that gives the same numbers in each run
};

}  // namespace peerlens

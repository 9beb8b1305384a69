// The JPEGs of a folder as pictures, again and again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pictures.hpp"

namespace peerlens {

// Sent as they are, in the order of their names; size and quality are theirs.
class FolderPictures final : public Pictures {
public:
    static constexpr std::size_t kMostFiles = 10'000;

    // Look for *.jpg and *.jpeg. Returns what is wrong, or an empty string.
    std::string open(const std::string& folder);

    // Reads the next file; empty if that is no JPEG any more.
    std::string_view next(const CameraSettings& settings, double seconds,
                          std::uint64_t epoch_ms) override;

private:
    bool read(const std::string& file);

    std::vector<std::string> files_;
    std::size_t position_ = 0;
    std::vector<char> bytes_;
};

}  // namespace peerlens

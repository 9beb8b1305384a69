// The generated scene as pictures.
#pragma once

#include <optional>

#include "image.hpp"
#include "jpeg_encoder.hpp"
#include "pictures.hpp"
#include "scene.hpp"

namespace peerlens {

class ScenePictures final : public Pictures {
public:
    // `stamped` paints the clock in for machines, too.
    explicit ScenePictures(bool stamped) : stamped_(stamped) {}

    std::string_view next(const CameraSettings& settings, double seconds,
                          std::uint64_t epoch_ms) override;

private:
    const bool stamped_;
    std::optional<Scene> scene_;
    Image image_;
    JpegEncoder encoder_;
};

}  // namespace peerlens

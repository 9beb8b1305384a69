#include "scene_pictures.hpp"

#include <algorithm>

#include "settings/frame_size.hpp"
#include "stamp.hpp"

namespace peerlens {
namespace {

// The sensor counts from 4, the best, to 63; libjpeg from 1 to 100, the best.
int percent_of(std::uint32_t sensor_quality) {
    return std::max(100 - static_cast<int>(sensor_quality) * 5 / 3, 5);
}

}  // namespace

std::string_view ScenePictures::next(const CameraSettings& settings, double seconds,
                                     std::uint64_t epoch_ms) {
    const FrameDimensions& size = dimensions_of(settings.frame_size);
    if (!scene_ || scene_->width() != size.width || scene_->height() != size.height) {
        scene_.emplace(size.width, size.height);
    }
    scene_->paint(image_, seconds, epoch_ms);
    if (settings.hmirror) {
        image_.mirror();
    }
    if (settings.vflip) {
        image_.flip();
    }
    if (stamped_) {
        paint_stamp(image_, epoch_ms);
    }
    return encoder_.encode(image_, percent_of(settings.quality));
}

}  // namespace peerlens

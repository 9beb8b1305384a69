#include "scene_pictures.hpp"

#include <algorithm>

#include "camera/frame_size.hpp"
#include "stamp.hpp"

namespace peerlens {
namespace {

// The sensor counts from 4, the best, to 63; libjpeg from 1 to 100, the best.
int percent_of(int sensor_quality) {
    return std::max(100 - sensor_quality * 5 / 3, 5);
}

}  // namespace

std::string_view ScenePictures::next(const SensorSettings& settings, double seconds,
                                     std::uint64_t epoch_ms) {
    const FrameSizeFacts& size = facts_of(settings.frame_size);
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

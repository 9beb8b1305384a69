#include "scene_pictures.hpp"

#include "stamp.hpp"

namespace peerlens {

std::string_view ScenePictures::next(const PictureFormat& format, double seconds,
                                     std::uint64_t epoch_ms) {
    if (!scene_ || scene_->width() != format.width || scene_->height() != format.height) {
        scene_.emplace(format.width, format.height);
    }
    scene_->paint(image_, seconds, epoch_ms);
    if (format.mirrored) {
        image_.mirror();
    }
    if (format.flipped) {
        image_.flip();
    }
    if (stamped_) {
        paint_stamp(image_, epoch_ms);
    }
    return encoder_.encode(image_, format.quality);
}

}  // namespace peerlens

#include "camera/snapshot_handler.hpp"

#include "base/text_writer.hpp"
#include "camera/device_time.hpp"

namespace peerlens {

void SnapshotHandler::tick(std::uint32_t now) {
    if (frames_.sequence() != sequence_) {
        sequence_ = frames_.sequence();
        seen_at_ = now;
    }
}

void SnapshotHandler::handle(const HttpRequest& request, HttpResponse& response) {
    tick(request.now);
    if (sequence_ == 0 || request.now - seen_at_ >= kStaleMs) {
        response.header("Retry-After", "1");
        return response.refuse(503, "the sensor gives no picture");
    }
    for (HeldPicture& each : pictures_) {
        if (!each.is_free()) {
            continue;
        }
        FrameHold frame = frames_.newest();
        if (!frame) {
            break;
        }
        char time[28];
        TextWriter text(time, sizeof time);
        add_device_time(text, frame.captured_us());
        response.header("Content-Disposition", "inline; filename=capture.jpg");
        response.header("X-Timestamp", text.view());
        const std::size_t size = frame.jpeg().size();
        each.open(static_cast<FrameHold&&>(frame));
        return response.source(200, "image/jpeg", size, each);
    }
    response.header("Retry-After", "1");
    response.refuse(503, "busy: too many pictures are being sent");
}

}  // namespace peerlens

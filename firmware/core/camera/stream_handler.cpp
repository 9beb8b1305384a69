#include "camera/stream_handler.hpp"

#include "base/text_writer.hpp"

namespace peerlens {

std::size_t StreamHandler::streams() const {
    std::size_t count = 0;
    for (const MjpegStream& each : streams_) {
        count += each.is_open() ? 1U : 0U;
    }
    return count;
}

void StreamHandler::reset() {
    for (MjpegStream& each : streams_) {
        each.reset();
    }
}

void StreamHandler::cut(bool on) {
    cut_ = on;
    for (MjpegStream& each : streams_) {
        each.cut(on);
    }
}

void StreamHandler::handle(const HttpRequest& request, HttpResponse& response) {
    for (MjpegStream& each : streams_) {
        if (each.is_open()) {
            continue;
        }
        each.open(!request.is_http_1_0);
        each.cut(cut_);
        char fps[12];
        TextWriter text(fps, sizeof fps);
        text.add(std::uint64_t{sensor_.settings().fps});
        response.header("X-Framerate", text.view());
        return response.endless(MjpegStream::kContentType, !request.is_http_1_0, each);
    }
    response.header("Retry-After", "5");
    response.refuse(503, "busy: two streams are the most");
}

}  // namespace peerlens

// GET /stream: at most two at a time.
#pragma once

#include <array>
#include <cstddef>

#include "camera/mjpeg_stream.hpp"
#include "camera/sensor_control.hpp"
#include "http/http_handler.hpp"

namespace peerlens {

class StreamHandler final : public HttpHandler {
public:
    // An ESP32 serves one well, and a second one badly.
    static constexpr std::size_t kStreams = 2;

    StreamHandler(FrameStore& frames, const SensorControl& sensor)
        : sensor_(sensor), streams_{MjpegStream(frames), MjpegStream(frames)} {}

    // How many there are now.
    std::size_t streams() const;
    // Reset all of them.
    void reset();
    // Reset each once half of a picture was sent, as long as this is so.
    void cut(bool on);

    std::string_view path() const override { return "/stream"; }
    HttpAccess access() const override { return HttpAccess::kLook; }
    bool is_cross_origin() const override { return true; }
    void handle(const HttpRequest& request, HttpResponse& response) override;

private:
    const SensorControl& sensor_;
    std::array<MjpegStream, kStreams> streams_;
    bool cut_ = false;
};

}  // namespace peerlens

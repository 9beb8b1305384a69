// MJPEG over HTTP, as CameraWebServer writes it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "camera/frame_store.hpp"
#include "http/http_source.hpp"

namespace peerlens {

// One client's stream: the newest picture, then the newest after that one. A client that reads
// slowly misses some; of the one that it is being sent it gets all.
class MjpegStream final : public HttpSource {
public:
    static constexpr std::string_view kContentType =
        "multipart/x-mixed-replace;boundary=123456789000000000000987654321";

    explicit MjpegStream(FrameStore& frames) : frames_(&frames) {}

    bool is_open() const { return open_; }
    // Begin with the next picture. `chunked`: in HTTP chunks.
    void open(bool chunked);
    // Have the connection reset.
    void reset() { broken_ = true; }
    // Have it reset once half of a picture was sent.
    void cut(bool on) { cut_ = on; }
    // How many pictures were sent whole, and how many were missed.
    std::uint32_t frames() const { return count_; }
    std::uint32_t missed() const { return missed_; }

    std::string_view next() override;
    void sent(std::size_t count) override;
    bool at_end() const override { return false; }
    bool is_broken() const override { return broken_; }
    bool has_more() const override;
    std::uint32_t part() const override { return sequence_; }
    void released() override;

private:
    enum class Stage : std::uint8_t { kWaiting, kHeader, kPicture, kEnd };

    bool begin_picture();
    void write_header();
    std::string_view whole() const;

    FrameStore* frames_;
    bool open_ = false;
    bool chunked_ = false;
    bool broken_ = false;
    bool cut_ = false;
    Stage stage_ = Stage::kWaiting;
    FrameHold frame_;
    std::uint32_t sequence_ = 0;  // of the last picture that was begun
    std::uint32_t count_ = 0;
    std::uint32_t missed_ = 0;
    std::size_t at_ = 0;  // what was sent of this stage
    std::array<char, 224> header_;
    std::size_t header_size_ = 0;
};

}  // namespace peerlens

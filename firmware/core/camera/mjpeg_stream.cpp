#include "camera/mjpeg_stream.hpp"

#include "base/text_writer.hpp"
#include "camera/device_time.hpp"

namespace peerlens {
namespace {

constexpr std::string_view kDelimiter = "\r\n--123456789000000000000987654321\r\n";
constexpr std::string_view kLineEnd = "\r\n";

}  // namespace

void MjpegStream::open(bool chunked) {
    released();
    open_ = true;
    chunked_ = chunked;
    // What is there already may be old: the sensor may have failed since.
    sequence_ = frames_->sequence();
}

void MjpegStream::released() {
    open_ = false;
    broken_ = false;
    cut_ = false;
    stage_ = Stage::kWaiting;
    frame_.release();
}

std::string_view MjpegStream::next() {
    if (broken_ || (stage_ == Stage::kWaiting && !begin_picture())) {
        return {};
    }
    std::string_view rest = whole();
    if (cut_ && stage_ == Stage::kPicture) {
        if (at_ >= rest.size() / 2) {
            broken_ = true;
            return {};
        }
        rest = rest.substr(0, rest.size() / 2);
    }
    return rest.substr(at_);
}

bool MjpegStream::begin_picture() {
    FrameHold newer = frames_->newest(sequence_);
    if (!newer) {
        return false;
    }
    missed_ += newer.sequence() - sequence_ - 1;
    sequence_ = newer.sequence();
    frame_ = static_cast<FrameHold&&>(newer);
    write_header();
    stage_ = Stage::kHeader;
    at_ = 0;
    return true;
}

// Delimiter, header and picture are a chunk each, as CameraWebServer sends them.
void MjpegStream::write_header() {
    char buffer[96];
    TextWriter part(buffer, sizeof buffer);
    part.add("Content-Type: image/jpeg\r\nContent-Length: ").add(frame_.jpeg().size());
    part.add("\r\nX-Timestamp: ");
    add_device_time(part, frame_.captured_us());
    part.add("\r\n\r\n");
    TextWriter header(header_.data(), header_.size());
    if (chunked_) {
        header.add_hex(kDelimiter.size()).add(kLineEnd).add(kDelimiter).add(kLineEnd);
        header.add_hex(part.size()).add(kLineEnd).add(part.view()).add(kLineEnd);
        header.add_hex(frame_.jpeg().size()).add(kLineEnd);
    } else {
        header.add(kDelimiter).add(part.view());
    }
    header_size_ = header.size();
}

std::string_view MjpegStream::whole() const {
    switch (stage_) {
        case Stage::kHeader: return {header_.data(), header_size_};
        case Stage::kPicture: return frame_.jpeg();
        case Stage::kEnd: return kLineEnd;
        default: return {};
    }
}

bool MjpegStream::has_more() const {
    // Half a picture must be out before the reset, which drops what still waits.
    if (cut_ && stage_ == Stage::kPicture) {
        return false;
    }
    return stage_ == Stage::kHeader || (stage_ == Stage::kPicture && chunked_);
}

void MjpegStream::sent(std::size_t count) {
    at_ += count;
    if (at_ < whole().size()) {
        return;
    }
    at_ = 0;
    if (stage_ == Stage::kHeader) {
        stage_ = Stage::kPicture;
    } else if (stage_ == Stage::kPicture && chunked_) {
        stage_ = Stage::kEnd;
    } else {
        stage_ = Stage::kWaiting;
        frame_.release();
        ++count_;
    }
}

}  // namespace peerlens

// GET /snapshot: the newest picture.
#pragma once

#include <array>
#include <cstddef>

#include "camera/frame_store.hpp"
#include "http/http_handler.hpp"

namespace peerlens {

// One picture on its way to a client.
class HeldPicture final : public HttpSource {
public:
    bool is_free() const { return !frame_; }
    void open(FrameHold&& frame) {
        frame_ = static_cast<FrameHold&&>(frame);
        at_ = 0;
    }

    std::string_view next() override { return frame_.jpeg().substr(at_); }
    void sent(std::size_t count) override { at_ += count; }
    bool at_end() const override { return at_ == frame_.jpeg().size(); }
    void released() override { frame_.release(); }

private:
    FrameHold frame_;
    std::size_t at_ = 0;
};

class SnapshotHandler final : public HttpHandler {
public:
    // At once.
    static constexpr std::size_t kMost = 3;
    // An older picture is not shown: the sensor has failed.
    static constexpr std::uint32_t kStaleMs = 3'000;

    explicit SnapshotHandler(FrameStore& frames) : frames_(frames) {}

    std::string_view path() const override { return "/snapshot"; }
    HttpAccess access() const override { return HttpAccess::kLook; }
    bool is_cross_origin() const override { return true; }
    void handle(const HttpRequest& request, HttpResponse& response) override;
    void tick(std::uint32_t now) override;

private:
    FrameStore& frames_;
    std::uint32_t sequence_ = 0;  // of the newest picture, and when it was seen
    std::uint32_t seen_at_ = 0;
    std::array<HeldPicture, kMost> pictures_;
};

}  // namespace peerlens

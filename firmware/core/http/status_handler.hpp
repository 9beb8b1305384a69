// GET /status: what a device knows of itself, as one JSON object.
#pragma once

#include <array>
#include <cstddef>

#include "http/http_handler.hpp"
#include "json/json_writer.hpp"

namespace peerlens {

// A part of it: the camera's, the link's, the chip's.
class StatusPart {
public:
    // Add fields; the names must differ from those of the other parts.
    virtual void write(JsonWriter& json, std::uint32_t now) = 0;

protected:
    ~StatusPart() = default;
};

class StatusHandler final : public HttpHandler {
public:
    static constexpr std::size_t kMost = 8;

    // The part must outlive this. Returns false when there are too many.
    bool add(StatusPart& part);

    std::string_view path() const override { return "/status"; }
    HttpAccess access() const override { return HttpAccess::kLook; }
    bool is_cross_origin() const override { return true; }
    void handle(const HttpRequest& request, HttpResponse& response) override;

private:
    std::array<StatusPart*, kMost> parts_{};
    std::size_t count_ = 0;
    JsonWriter json_;
};

}  // namespace peerlens

// POST /update, and what /status tells of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/http_handler.hpp"
#include "http/status_handler.hpp"
#include "update/trial.hpp"
#include "update/updater.hpp"

namespace peerlens {

// A signed image as the body; `?downgrade=1` takes an older one too. The answer tells what was
// installed, or in one line of plain text why nothing was. What is refused midway is read to its
// end all the same: clients that still send do not look for an answer. The program on trial is
// confirmed by link_up(), or by a request for /status that is answered.
class UpdateService final : public HttpHandler, public StatusPart {
public:
    UpdateService(const Updater::Device& device, const UpdateTarget& target, std::uint32_t now,
                  std::uint32_t trial_ms = Trial::kDeadlineMs);

    // The device is registered with its server.
    void link_up() { trial_.worked(); }
    // Whether the device is to reboot now, with ResetReason::kSoftware: into an update that was
    // installed, or back from one that did not work.
    bool reboot_due(std::uint32_t now) const { return rejected_ || updater_.reboot_due(now); }

    // HttpHandler
    std::string_view path() const override { return "/update"; }
    HttpMethods methods() const override { return peerlens::methods(HttpMethod::kPost); }
    std::uint64_t max_body() const override;
    Body body() const override { return Body::kStreamed; }
    void handle(const HttpRequest& request, HttpResponse& response) override;
    bool begin_body(const HttpRequest& request, HttpResponse& response) override;
    bool take_body(const HttpRequest& request, std::string_view bytes,
                   HttpResponse& response) override;
    void end_body(const HttpRequest& request, HttpResponse& response) override;
    void abort_body(const HttpRequest& request) override;
    void tick(std::uint32_t now) override;

    // StatusPart
    void write(JsonWriter& json, std::uint32_t now) override;

private:
    void refuse(Refusal refusal, HttpResponse& response) const;

    const UpdateSlots& slots_;
    const BootRecord& record_;
    Updater updater_;
    Trial trial_;
    std::uint32_t now_;
    const HttpRequest* upload_ = nullptr;   // the one that is under way
    const HttpRequest* refused_ = nullptr;  // the last one that was refused, and is read to its end
    Refusal refusal_ = Refusal::kNone;
    bool rejected_ = false;
};

}  // namespace peerlens

#include "update/update_service.hpp"

#include "base/sentence.hpp"
#include "base/text.hpp"

namespace peerlens {

UpdateService::UpdateService(const Updater::Device& device, const UpdateTarget& target,
                             std::uint32_t now, std::uint32_t trial_ms)
    : slots_(device.slots),
      record_(device.record),
      updater_(device, target),
      trial_(device.slots, device.record, now, trial_ms),
      now_(now) {}

std::uint64_t UpdateService::max_body() const {
    return std::uint64_t{slots_.capacity()} + ImageHeader::kSize;
}

void UpdateService::handle(const HttpRequest&, HttpResponse& response) {
    response.refuse(400, "expected an image as the body");
}

bool UpdateService::begin_body(const HttpRequest& request, HttpResponse& response) {
    const bool allow_downgrade = request.query == "downgrade=1";
    if (!request.query.empty() && !allow_downgrade) {
        response.refuse(400, "an unknown parameter; expected downgrade=1 or none");
        return false;
    }
    const Refusal refusal = updater_.begin(now_, request.content_length, allow_downgrade);
    if (refusal != Refusal::kNone) {
        refuse(refusal, response);
        return false;
    }
    upload_ = &request;
    refused_ = nullptr;
    return true;
}

bool UpdateService::take_body(const HttpRequest& request, std::string_view bytes,
                              HttpResponse& response) {
    if (refused_ == &request) {
        return true;
    }
    // One that was given up may go on all the same, while the next one is under way.
    if (upload_ != &request) {
        refuse(Refusal::kStalled, response);
        return false;
    }
    refusal_ = updater_.write(now_, bytes);
    if (refusal_ != Refusal::kNone) {
        upload_ = nullptr;
        refused_ = &request;
    }
    return true;
}

void UpdateService::end_body(const HttpRequest& request, HttpResponse& response) {
    if (upload_ == &request) {
        refusal_ = updater_.finish(now_);
    } else if (refused_ != &request) {
        return refuse(Refusal::kStalled, response);
    }
    upload_ = nullptr;
    refused_ = nullptr;
    if (refusal_ != Refusal::kNone) {
        return refuse(refusal_, response);
    }
    Text<80> text;
    Sentence<80>(text) << "installed version " << text_of(updater_.version()).view()
                       << "; the device reboots into it\n";
    response.text(200, text.view());
    response.close();
}

void UpdateService::abort_body(const HttpRequest& request) {
    if (upload_ == &request) {
        upload_ = nullptr;
        updater_.lost();
    } else if (refused_ == &request) {
        refused_ = nullptr;
    }
}

void UpdateService::tick(std::uint32_t now) {
    now_ = now;
    updater_.tick(now);
    if (!updater_.is_receiving()) {
        upload_ = nullptr;
    }
    rejected_ = trial_.tick(now) || rejected_;
}

void UpdateService::write(JsonWriter& json, std::uint32_t) {
    record_.describe(json);
    updater_.describe(json);
    // Whoever reads this reached the device, and can update it again.
    trial_.worked();
}

void UpdateService::refuse(Refusal refusal, HttpResponse& response) const {
    const std::string_view reason = updater_.reason();
    response.refuse(status_of(refusal), reason.empty() ? "the upload was given up" : reason);
    response.close();
}

}  // namespace peerlens

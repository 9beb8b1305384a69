#include "device/camera_uplink.hpp"

#include <algorithm>
#include <cstdio>

#include "base/printable.hpp"

namespace peerlens {
namespace {

const char* name_of(LinkState state) {
    switch (state) {
        case LinkState::kUp: return "up";
        case LinkState::kRegistering: return "registering";
        default: return "down";
    }
}

}  // namespace

CameraUplink::CameraUplink(Random& random, const Clock& clock, Tls* tls, FrameStore& frames,
                           const CameraMake& make, UplinkWatcher& watcher)
    : tls_(tls),
      make_(make),
      watcher_(watcher),
      connection_(resolver_, tls),
      link_(frames, *this),
      websocket_(connection_, random, clock, *this) {}

std::string_view CameraUplink::apply(const Settings& settings) {
    settings_ = &settings;
    websocket_.set_server({}, {});
    wrong_ = {};
    const ServerSettings& server = settings.server;
    if (server.mode == LinkMode::kOff || server.url.empty()) {
        return wrong_;
    }
    if (tls_ != nullptr) {
        wrong_ = tls_->trust(server.ca_pem);
    }
    const bool pushes = server.mode == LinkMode::kPush;
    if (wrong_.empty() && !websocket_.set_server(server.url, pushes ? "/ws/esp32" : "/ws")) {
        wrong_ = "the server's address is wrong: expected ws://host[:port][/path] or wss://";
    }
    return wrong_;
}

void CameraUplink::serve(const pollfd* happened, std::size_t count, std::uint32_t now) {
    // A picture goes on leaving because the other end takes it; a few bytes would always fit.
    const std::uint32_t taken = connection_.taken();
    const bool was_sending = websocket_.is_sending();
    websocket_.serve(happened, count, now);
    if (was_sending && connection_.taken() != taken) {
        link_.progressed(now);
    }
}

void CameraUplink::link_opened(std::uint32_t now) {
    const bool pushes = settings_->server.mode == LinkMode::kPush;
    RegisterCamera who;
    who.device_id = settings_->identity.id;
    who.token = settings_->identity.token;
    who.stream_url = pushes ? settings_->server.stream_url.view() : stream_url();
    who.model = make_.model;
    who.firmware = make_.firmware;
    link_.link_opened(now, who, pushes);
}

std::string_view CameraUplink::stream_url() {
    if (!settings_->server.stream_url.empty()) {
        return settings_->server.stream_url;
    }
    const std::string_view address = websocket_.local_address();
    const bool is_v6 = address.find(':') != std::string_view::npos;
    const int length =
        std::snprintf(stream_url_.data(), stream_url_.size(), "http://%s%.*s%s:%u/stream",
                      is_v6 ? "[" : "", static_cast<int>(address.size()), address.data(),
                      is_v6 ? "]" : "", unsigned{make_.stream_port});
    return {stream_url_.data(), static_cast<std::size_t>(std::max(length, 0))};
}

void CameraUplink::received(std::uint32_t now, std::string_view text) {
    link_.received(now, text);
}

void CameraUplink::tell_link(bool is_up, std::string_view reason) {
    if (is_up) {
        refusal_.clear();
    }
    watcher_.tell_link(is_up, reason);
}

void CameraUplink::refused(const Error& error) {
    char problem[100];
    char detail[200];
    const std::string_view told_problem = error.problem.copy(problem, sizeof problem);
    const std::string_view told_detail = error.detail.copy(detail, sizeof detail);
    make_printable(problem, told_problem.size());
    make_printable(detail, told_detail.size());
    char both[310];
    const int length = std::snprintf(both, sizeof both, "%.*s: %.*s",
                                     static_cast<int>(told_problem.size()), told_problem.data(),
                                     static_cast<int>(told_detail.size()), told_detail.data());
    const std::string_view refusal(both, static_cast<std::size_t>(std::max(length, 0)));
    if (refusal != refusal_.view()) {
        refusal_.assign(refusal);
        watcher_.tell_refused(told_problem, told_detail);
    }
}

void CameraUplink::write(JsonWriter& json, std::uint32_t) {
    json.open("link");
    json.add("state", name_of(link_.link()));
    const std::string_view reason = !wrong_.empty() ? wrong_ : websocket_.reason();
    if (!reason.empty()) {
        json.add("reason", reason);
    }
    if (link_.link() != LinkState::kUp && !refusal_.empty()) {
        json.add("refusal", refusal_.view());
    }
    if (settings_ != nullptr && settings_->server.mode == LinkMode::kPush) {
        json.add("pushed", link_.pushed());
        json.add("left_out", link_.left_out());
    }
    json.close();
}

}  // namespace peerlens

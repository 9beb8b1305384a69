// Whoever looks for the internet in the device's own network finds the setup page.
#pragma once

#include <string_view>

#include "http/http_handler.hpp"
#include "provisioning/provisioning.hpp"

namespace peerlens {

// Answers, while the own network is open, all that no other handler does: phones ask there for
// pages of their makers' sites, and show what they are redirected to.
class CaptivePortal final : public HttpHandler {
public:
    // The device's address in its own network, as ESP-IDF gives it.
    static constexpr std::string_view kPage = "http://192.168.4.1/";

    explicit CaptivePortal(const Provisioning& provisioning) : provisioning_(provisioning) {}

    // Of none: it is added as the one that answers otherwise.
    std::string_view path() const override { return ""; }
    HttpAccess access() const override { return HttpAccess::kPublic; }
    void handle(const HttpRequest& request, HttpResponse& response) override {
        if (!provisioning_.has_access_point()) {
            return response.refuse(404, "nothing is at ", request.path);
        }
        redirect(response);
    }

    static void redirect(HttpResponse& response) {
        response.header("Location", kPage);
        response.text(302, "The setup page is at http://192.168.4.1/\n");
    }

private:
    const Provisioning& provisioning_;
};

}  // namespace peerlens

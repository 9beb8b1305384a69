// GET /: the page that sets a device up.
#pragma once

#include <string_view>

#include "http/http_handler.hpp"
#include "provisioning/captive_portal.hpp"
#include "settings/setup_window.hpp"

namespace peerlens {

class PageHandler final : public HttpHandler {
public:
    // `html` stays for ever: it is in flash.
    PageHandler(std::string_view html, const SetupWindow& window) : html_(html), window_(window) {}

    std::string_view path() const override { return "/"; }
    HttpAccess access() const override {
        return window_.is_open() ? HttpAccess::kPublic : HttpAccess::kAdmin;
    }
    void handle(const HttpRequest& request, HttpResponse& response) override {
        if (window_.is_open() && !is_number_host(request.host)) {
            return CaptivePortal::redirect(response);
        }
        // Nothing from anywhere else, and in nobody's frame.
        response.header("Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; "
                        "script-src 'unsafe-inline'; connect-src 'self'; img-src data:; "
                        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'");
        response.header("Referrer-Policy", "no-referrer");
        response.constant(200, "text/html; charset=utf-8", html_);
    }

private:
    const std::string_view html_;
    const SetupWindow& window_;
};

}  // namespace peerlens

// GET and PATCH /settings, POST /restart and POST /factory-reset.
#pragma once

#include "http/http_handler.hpp"
#include "settings/device_control.hpp"
#include "settings/settings_keeper.hpp"
#include "settings/setup_window.hpp"

namespace peerlens {

// What these have in common: who may ask, and what is asked of a request that changes something.
// JSON is asked for because a form on another site's page cannot send it without asking first.
class ChangeHandler : public HttpHandler {
public:
    HttpAccess access() const override {
        return window_.is_open() ? HttpAccess::kPublic : HttpAccess::kAdmin;
    }
    std::uint64_t max_body() const override { return 4096; }
    void handle(const HttpRequest& request, HttpResponse& response) final;

protected:
    ChangeHandler(SettingsKeeper& keeper, DeviceControl& control, const SetupWindow& window)
        : keeper_(keeper), control_(control), window_(window) {}
    ~ChangeHandler() = default;

    virtual void show(HttpResponse& response) { response.refuse(405, "nothing to show"); }
    virtual void change(const HttpRequest& request, HttpResponse& response) = 0;
    // Answer for what became of a change.
    void answer(SettingsKeeper::Change change, HttpResponse& response);

    SettingsKeeper& keeper_;
    DeviceControl& control_;
    const SetupWindow& window_;
};

class SettingsHandler final : public ChangeHandler {
public:
    SettingsHandler(SettingsKeeper& keeper, DeviceControl& control, const SetupWindow& window)
        : ChangeHandler(keeper, control, window) {}
    std::string_view path() const override { return "/settings"; }
    HttpMethods methods() const override { return HttpMethod::kGet | HttpMethod::kPatch; }

private:
    void show(HttpResponse& response) override;
    void change(const HttpRequest& request, HttpResponse& response) override;
};

class RestartHandler final : public ChangeHandler {
public:
    RestartHandler(SettingsKeeper& keeper, DeviceControl& control, const SetupWindow& window)
        : ChangeHandler(keeper, control, window) {}
    std::string_view path() const override { return "/restart"; }
    HttpMethods methods() const override { return peerlens::methods(HttpMethod::kPost); }

private:
    void change(const HttpRequest& request, HttpResponse& response) override;
};

class FactoryResetHandler final : public ChangeHandler {
public:
    FactoryResetHandler(SettingsKeeper& keeper, DeviceControl& control, const SetupWindow& window)
        : ChangeHandler(keeper, control, window) {}
    std::string_view path() const override { return "/factory-reset"; }
    HttpMethods methods() const override { return peerlens::methods(HttpMethod::kPost); }

private:
    void change(const HttpRequest& request, HttpResponse& response) override;
};

}  // namespace peerlens

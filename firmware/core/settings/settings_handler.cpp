#include "settings/settings_handler.hpp"

namespace peerlens {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t';
}

// application/json, with or without parameters.
bool is_json(std::string_view type) {
    constexpr std::string_view kJson = "application/json";
    for (std::size_t i = 0; i < kJson.size(); ++i) {
        const char c = i < type.size() ? type[i] : '\0';
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c) != kJson[i]) {
            return false;
        }
    }
    return type.size() == kJson.size() || type[kJson.size()] == ';' || is_space(type[kJson.size()]);
}

}  // namespace

void ChangeHandler::handle(const HttpRequest& request, HttpResponse& response) {
    if (window_.is_open() && !is_number_host(request.host)) {
        return response.refuse(403, "expected the device's address in numbers as the host");
    }
    if (is_safe(request.method)) {
        return show(response);
    }
    if (!is_json(request.content_type)) {
        return response.refuse(415, "expected Content-Type: application/json");
    }
    if (!control_.obstacle().empty()) {
        return response.refuse(409, control_.obstacle());
    }
    change(request, response);
}

void ChangeHandler::answer(SettingsKeeper::Change change, HttpResponse& response) {
    switch (change) {
        case SettingsKeeper::Change::kSaved:
            return response.json(200, R"({"saved":true,"restart":"needed"})");
        case SettingsKeeper::Change::kRefused: return response.json(422, keeper_.problem_shown());
        case SettingsKeeper::Change::kNotKept:
            return response.refuse(500, "cannot save the settings: ", keeper_.store_reason());
    }
}

void SettingsHandler::show(HttpResponse& response) {
    response.json(200, keeper_.shown());
}

void SettingsHandler::change(const HttpRequest& request, HttpResponse& response) {
    answer(keeper_.patch(request.body), response);
}

void RestartHandler::change(const HttpRequest&, HttpResponse& response) {
    control_.restart();
    response.json(202, R"({"restarting":true})");
}

void FactoryResetHandler::change(const HttpRequest&, HttpResponse& response) {
    const SettingsKeeper::Change change = keeper_.reset();
    if (change != SettingsKeeper::Change::kSaved) {
        return answer(change, response);
    }
    control_.restart();
    response.json(202, R"({"reset":true,"restarting":true})");
}

}  // namespace peerlens

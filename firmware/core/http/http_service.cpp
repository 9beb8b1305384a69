#include "http/http_service.hpp"

#include "base/text_writer.hpp"

namespace peerlens {
namespace {

// GET brings HEAD; all bring OPTIONS.
HttpMethods all_methods(const HttpHandler& handler) {
    HttpMethods all = handler.methods() | methods(HttpMethod::kOptions);
    if (holds(all, HttpMethod::kGet)) {
        all |= methods(HttpMethod::kHead);
    }
    return all;
}

void add_methods(const HttpHandler& handler, std::string_view header, HttpResponse& response) {
    char buffer[64];
    TextWriter text(buffer, sizeof buffer);
    for (const HttpMethodName& each : kHttpMethods) {
        if (holds(all_methods(handler), each.method)) {
            text.add(text.size() == 0 ? "" : ", ").add(each.name);
        }
    }
    response.header(header, text.view());
}

// A page's origin is this device's when behind the scheme stands what the request calls its host.
bool is_own(const HttpRequest& request) {
    const std::size_t scheme = request.origin.find("://");
    return scheme != std::string_view::npos && !request.host.empty() &&
           request.origin.substr(scheme + 3) == request.host;
}

}  // namespace

HttpHandler* HttpService::admit(const HttpRequest& request, HttpResponse& response) {
    HttpHandler* handler = routes_.find(request.path);
    if (handler == nullptr && is_safe(request.method)) {
        handler = routes_.otherwise();
    }
    if (handler == nullptr) {
        response.refuse(404, "nothing is at ", request.path);
        return nullptr;
    }
    if (handler->is_cross_origin()) {
        response.header("Access-Control-Allow-Origin", "*");
    }
    if (request.method == HttpMethod::kOptions) {
        preflight(*handler, response);
        return nullptr;
    }
    if (!holds(all_methods(*handler), request.method)) {
        add_methods(*handler, "Allow", response);
        response.refuse(405, request.path, " does not know this method; see Allow");
        return nullptr;
    }
    if (!is_safe(request.method) && !request.origin.empty() && !is_own(request)) {
        response.refuse(403, "a page of another site may change nothing here: ", request.origin);
        return nullptr;
    }
    if (!authorize(*handler, request, response)) {
        return nullptr;
    }
    if (request.content_length > handler->max_body()) {
        char most[24];
        TextWriter text(most, sizeof most);
        text.add(handler->max_body());
        response.refuse(413, "the body is too long: expected at most ", text.view(), " bytes");
        return nullptr;
    }
    return handler;
}

// A browser asks, without credentials, whether a page may (Fetch, 4.8).
void HttpService::preflight(const HttpHandler& handler, HttpResponse& response) const {
    add_methods(handler, "Allow", response);
    if (handler.is_cross_origin()) {
        add_methods(handler, "Access-Control-Allow-Methods", response);
        response.header("Access-Control-Allow-Headers", "Authorization, Content-Type");
        response.header("Access-Control-Max-Age", "600");
    }
    response.text(204, "");
}

bool HttpService::authorize(const HttpHandler& handler, const HttpRequest& request,
                            HttpResponse& response) {
    const HttpAccess asked = handler.access();
    // Whoever says nothing does not guess, and is not held up by those who do.
    const std::uint32_t wait_ms =
        request.authorization.empty() ? 0 : guesses_.wait_ms(request.from, request.now);
    if (asked != HttpAccess::kPublic && wait_ms > 0) {
        char seconds[12];
        TextWriter text(seconds, sizeof seconds);
        text.add(std::uint64_t{wait_ms / 1000 + 1});
        response.header("Retry-After", text.view());
        response.refuse(429, "too many wrong passwords or tokens: wait ", text.view(), " s");
        return false;
    }
    switch (credentials_.judge(request.authorization, asked)) {
        case Judgement::kGranted: return true;
        case Judgement::kNotEnough:
            response.refuse(403, "the token may only look: expected user and password");
            return false;
        case Judgement::kWrong:
            guesses_.wrong(request.from, request.now);
            response.header("WWW-Authenticate", credentials_.challenge(asked));
            response.refuse(401, "wrong password or token");
            return false;
        case Judgement::kMissing: break;
    }
    response.header("WWW-Authenticate", credentials_.challenge(asked));
    response.refuse(401, asked == HttpAccess::kLook ? "expected a token, or user and password"
                                                    : "expected user and password");
    return false;
}

}  // namespace peerlens

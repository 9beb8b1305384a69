// A handler that does what a test wants, and keeps what it was told.
#pragma once

#include <functional>
#include <string>

#include "http/http_handler.hpp"

namespace peerlens {

struct ScriptedHandler final : public HttpHandler {
    explicit ScriptedHandler(std::string at = "/thing") : where(std::move(at)) {}

    std::string_view path() const override { return where; }
    HttpMethods methods() const override { return known; }
    HttpAccess access() const override { return asked; }
    bool is_cross_origin() const override { return cross_origin; }
    std::uint64_t max_body() const override { return most; }
    Body body() const override { return streamed ? Body::kStreamed : Body::kWhole; }
    void handle(const HttpRequest& request, HttpResponse& response) override {
        ++requests;
        received = request.body;
        answer(request, response);
    }
    bool begin_body(const HttpRequest& request, HttpResponse& response) override {
        announced = request.content_length;
        if (refuses_begin) {
            response.refuse(409, "not now");
        }
        return !refuses_begin;
    }
    bool take_body(const HttpRequest&, std::string_view piece, HttpResponse& response) override {
        received += piece;
        if (received.size() >= refuses_at) {
            response.refuse(422, "not an image");
            return false;
        }
        return true;
    }
    void end_body(const HttpRequest& request, HttpResponse& response) override {
        ++requests;
        answer(request, response);
    }
    void abort_body(const HttpRequest&) override { ++aborts; }
    void tick(std::uint32_t) override { ++ticks; }

    std::string where;
    HttpMethods known = peerlens::methods(HttpMethod::kGet);
    HttpAccess asked = HttpAccess::kPublic;
    bool cross_origin = false;
    std::uint64_t most = 0;
    bool streamed = false;
    bool refuses_begin = false;
    std::size_t refuses_at = std::string::npos;
    std::function<void(const HttpRequest&, HttpResponse&)> answer =
        [](const HttpRequest&, HttpResponse& response) { response.text(200, "hello"); };

    int requests = 0;
    int aborts = 0;
    int ticks = 0;
    std::uint64_t announced = 0;
    std::string received;
};

}  // namespace peerlens

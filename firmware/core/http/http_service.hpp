// What all HTTP connections of a device share: its addresses, and who may use them.
#pragma once

#include <cstdint>

#include "http/credentials.hpp"
#include "http/guesses.hpp"
#include "http/http_bodies.hpp"
#include "http/http_routes.hpp"

namespace peerlens {

class HttpService {
public:
    explicit HttpService(const HttpSecrets& secrets) : credentials_(secrets) {}

    // The handler must outlive this. Returns false when there are too many.
    bool add(HttpHandler& handler) { return routes_.add(handler); }
    // For what is nowhere else; see HttpRoutes.
    void set_otherwise(HttpHandler& handler) { routes_.set_otherwise(handler); }
    // From the next request on.
    void set_secrets(const HttpSecrets& secrets) { credentials_.set(secrets); }
    // For handlers that wait for something.
    void tick(std::uint32_t now) { routes_.tick(now); }

    HttpBodies& bodies() { return bodies_; }

    // Find who answers `request`, whose head is whole. Returns null when nobody does; why is in
    // `response` then.
    HttpHandler* admit(const HttpRequest& request, HttpResponse& response);

private:
    void preflight(const HttpHandler& handler, HttpResponse& response) const;
    bool authorize(const HttpHandler& handler, const HttpRequest& request, HttpResponse& response);

    HttpRoutes routes_;
    Credentials credentials_;
    Guesses guesses_;
    HttpBodies bodies_;
};

}  // namespace peerlens

// One address of a device, and who answers there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/http_access.hpp"
#include "http/http_request.hpp"
#include "http/http_response.hpp"

namespace peerlens {

// Called from the loop only, and only for what may come in: the method is among methods(), the
// credentials are right, no other site's page asks for a change.
class HttpHandler {
public:
    // How the body of a request comes.
    enum class Body : std::uint8_t {
        kWhole,     // in `request.body`, at most max_body() bytes
        kStreamed,  // by begin_body(), take_body() and end_body()
    };

    virtual std::string_view path() const = 0;
    // HEAD comes with GET, and OPTIONS is answered by the connection.
    virtual HttpMethods methods() const { return peerlens::methods(HttpMethod::kGet); }
    // Who may ask.
    virtual HttpAccess access() const { return HttpAccess::kAdmin; }
    // Whether pages of other sites may read the answer (CORS).
    virtual bool is_cross_origin() const { return false; }
    // Longer bodies are refused with 413. A whole one has at most HttpConnection::kMaxBody.
    virtual std::uint64_t max_body() const { return 0; }
    virtual Body body() const { return Body::kWhole; }

    // Answer a request whose body is whole.
    virtual void handle(const HttpRequest& request, HttpResponse& response) = 0;

    // Streamed bodies, of any number of connections at once: a handler that can take only one
    // refuses the others. The first two return false to refuse, and say why in `response`;
    // nothing more is called then.
    virtual bool begin_body(const HttpRequest&, HttpResponse& response) {
        response.refuse(500, "no body expected");
        return false;
    }
    virtual bool take_body(const HttpRequest&, std::string_view, HttpResponse&) { return true; }
    // It was whole; answer.
    virtual void end_body(const HttpRequest&, HttpResponse&) {}
    // The connection ended, or took too long, before the end.
    virtual void abort_body(const HttpRequest&) {}

    // In each pass of the loop, at least every 20 ms.
    virtual void tick(std::uint32_t) {}

protected:
    ~HttpHandler() = default;
};

}  // namespace peerlens

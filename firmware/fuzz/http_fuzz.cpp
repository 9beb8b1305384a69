// An HTTP connection that is told anything answers in HTTP, the same however the bytes were cut,
// gives a streamed body whole or aborts it, and ends by itself once nobody speaks.
#include <memory>
#include <string>

#include "expect.hpp"
#include "http/http_connection.hpp"
#include "http/query_value.hpp"
#include "input.hpp"

namespace {

using namespace peerlens;

// Says what it was told.
class Echo final : public HttpHandler {
public:
    std::string_view path() const override { return "/echo"; }
    HttpMethods methods() const override { return HttpMethod::kGet | HttpMethod::kPost; }
    HttpAccess access() const override { return HttpAccess::kPublic; }
    bool is_cross_origin() const override { return true; }
    std::uint64_t max_body() const override { return HttpConnection::kMaxBody; }
    void handle(const HttpRequest& request, HttpResponse& response) override {
        expect(request.body.size() == request.content_length, "a body is as long as it was said");
        const QueryValue value(request.query, "var");
        response.header("X-Var", value.is_valid() ? value.view() : "none");
        response.text(200, request.body);
    }
};

// Takes a body piece by piece, behind a password.
class Upload final : public HttpHandler {
public:
    std::string_view path() const override { return "/update"; }
    HttpMethods methods() const override { return peerlens::methods(HttpMethod::kPost); }
    std::uint64_t max_body() const override { return 100'000; }
    Body body() const override { return Body::kStreamed; }
    void handle(const HttpRequest&, HttpResponse&) override {
        expect(false, "a streamed body does not come whole");
    }
    bool begin_body(const HttpRequest& request, HttpResponse& response) override {
        expect(!open, "one body at a time on a connection");
        if (request.content_length == 7) {
            response.refuse(409, "no seven");
            return false;
        }
        open = true;
        size = 0;
        return true;
    }
    bool take_body(const HttpRequest&, std::string_view bytes, HttpResponse& response) override {
        expect(open, "a body begins before it goes on");
        size += bytes.size();
        if (bytes.find('!') != std::string_view::npos) {
            open = false;
            response.refuse(422, "not that");
            return false;
        }
        return true;
    }
    void end_body(const HttpRequest& request, HttpResponse& response) override {
        expect(open && size == request.content_length, "a body ends when it is whole");
        open = false;
        response.text(200, "taken");
    }
    void abort_body(const HttpRequest&) override {
        expect(open, "only a body that has begun is aborted");
        open = false;
    }

    bool open = false;
    std::uint64_t size = 0;
};

// What is answered to `bytes`, given in pieces of at most `step`, of which each answer takes
// `take` at once.
std::string answered(std::string_view bytes, std::size_t step, std::size_t take) {
    Echo echo;
    Upload upload;
    HttpSecrets secrets;
    secrets.user = "admin";
    secrets.password = "secret";
    HttpService service(secrets);
    service.add(echo);
    service.add(upload);
    static auto connection = std::make_unique<HttpConnection>();
    std::uint32_t now = 0xFFFFF000;
    std::string out;
    connection->open(service, RemoteAddress::v4(192, 0, 2, 1), now);
    const auto drain = [&] {
        for (HttpOutput output = connection->output(now); !output.bytes.empty();
             output = connection->output(now)) {
            const std::string_view taken = output.bytes.substr(0, take);
            out.append(taken);
            connection->sent(taken.size(), now);
        }
    };
    while (!bytes.empty() && connection->input_room() > 0) {
        const std::string_view piece = bytes.substr(0, std::min(step, connection->input_room()));
        bytes.remove_prefix(piece.size());
        connection->received(ExactCopy(piece), now);
        drain();
    }
    for (int i = 0; i < 20 && connection->phase() != HttpConnection::Phase::kClosed; ++i) {
        now += HttpConnection::kIdleMs + 1;
        connection->tick(now);
        drain();
    }
    expect(connection->phase() == HttpConnection::Phase::kClosed ||
               connection->phase() == HttpConnection::Phase::kReset,
           "a connection on which nobody speaks ends");
    connection->ended();
    expect(!upload.open, "no body stays open");
    expect(out.empty() || out.compare(0, 9, "HTTP/1.1 ") == 0, "what is answered is HTTP");
    return out;
}

}  // namespace

// The first byte is the size of the pieces, the second how much is sent at once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const std::size_t step = std::size_t{1} + input.byte();
    const std::size_t take = std::size_t{1} + input.byte();
    const std::string_view bytes = input.rest();
    expect(answered(bytes, step, take) == answered(bytes, bytes.size(), 100'000),
           "cuts change nothing");
    return 0;
}

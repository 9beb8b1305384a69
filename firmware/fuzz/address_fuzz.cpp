// Every address that is taken lies within its text, and is none that could break a request.
#include <functional>

#include "base/http_url.hpp"
#include "expect.hpp"
#include "http/query_value.hpp"
#include "input.hpp"
#include "update/version.hpp"
#include "websocket/server_url.hpp"

namespace {

using namespace peerlens;

void expect_part(std::string_view part, std::string_view whole) {
    const std::less_equal<const char*> before;
    expect(part.empty() || (before(whole.data(), part.data()) &&
                            before(part.data() + part.size(), whole.data() + whole.size())),
           "a part lies within its text");
    for (const char c : part) {
        expect(c > ' ' && c < '\x7F', "a part is printable");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ExactCopy copy(Input(data, size).rest());
    const std::string_view text = copy;
    if (const auto url = parse_server_url(text)) {
        expect_part(url->host, text);
        expect_part(url->authority, text);
        expect(url->path == "/" || text.find(url->path) != std::string_view::npos,
               "a path is of it");
        expect(!url->host.empty() && url->port > 0, "there is somewhere to connect to");
    }
    if (const auto url = parse_http_url(text)) {
        expect_part(url->credentials, text);
        expect_part(url->host, text);
        expect_part(url->authority, text);
        expect_part(url->target, text);
        expect(!url->host.empty() && url->port > 0, "there is somewhere to connect to");
    }
    const QueryValue value(text, "val");
    expect(value.view().size() <= QueryValue::kMost, "a value is not too long");
    expect(value.is_there() || !value.is_valid(), "what is not there is not valid");
    if (const auto version = parse_version(text)) {
        expect(parse_version(text_of(*version).view()) == version, "a version comes back the same");
    }
    return 0;
}

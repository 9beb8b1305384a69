// The captive portal's DNS answers any packet within its bounds, and with an answer only.
#include "expect.hpp"
#include "input.hpp"
#include "provisioning/captive_dns.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace peerlens;
    const ExactCopy copy(Input(data, size).rest());
    const std::string_view query = copy;
    const auto out = std::make_unique<char[]>(kDnsBytes);
    const std::size_t length = answer_dns(query, {192, 168, 4, 1}, out.get());
    expect(length <= kDnsBytes, "an answer fits");
    if (length > 0) {
        expect(length >= 12 && query.size() >= 12, "an answer has a header, as its query has");
        expect(std::string_view(out.get(), 2) == query.substr(0, 2), "it has the query's id");
        expect((out[2] & '\x80') != 0 && (query[2] & '\x80') == 0, "it answers a question");
    }
    return 0;
}

// A handshake takes nothing but the right answer, the same however the bytes were cut.
#include <utility>

#include "expect.hpp"
#include "fixed_random.hpp"
#include "input.hpp"
#include "websocket/handshake.hpp"

namespace {

using namespace peerlens;

// For a key of zeros.
constexpr std::string_view kAccept = "ICX+Yqv66kxgM0FcWaLWlFLwTAI=";

// How it ends, and how many of the bytes belonged to the answer.
std::pair<Handshake::Progress, std::size_t> judged(std::string_view bytes, std::size_t step) {
    static FixedRandom random(0);
    static Handshake handshake;
    expect(!handshake.request("car.local", "/", random).empty(), "the request is short enough");
    std::size_t taken = 0;
    while (taken < bytes.size() && handshake.progress() == Handshake::Progress::kReading) {
        taken += handshake.received(ExactCopy(bytes.substr(taken, step)));
        expect(taken <= bytes.size(), "no more is taken than was given");
    }
    return {handshake.progress(), taken};
}

}  // namespace

// The first byte is the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const std::size_t step = std::size_t{1} + input.byte();
    const std::string_view bytes = input.rest();
    const auto [progress, taken] = judged(bytes, step);
    expect(std::pair(progress, taken) == judged(bytes, bytes.size()), "cuts change nothing");
    if (progress == Handshake::Progress::kOpen) {
        const std::string_view head = bytes.substr(0, taken);
        expect(head.substr(0, 12) == "HTTP/1.1 101", "an open one was answered 101");
        expect(head.find(kAccept) != std::string_view::npos, "its key was answered");
        expect(head.substr(head.size() - 4) == "\r\n\r\n", "its head was whole");
    }
    return 0;
}

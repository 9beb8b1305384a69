// A WebSocket that is told anything tells valid messages only, the same ones however the bytes
// were cut, and nothing after its end.
#include <string>

#include "base/utf8.hpp"
#include "expect.hpp"
#include "fixed_random.hpp"
#include "input.hpp"
#include "websocket/websocket.hpp"

namespace {

using namespace peerlens;

// For a key of zeros.
constexpr std::string_view kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n";

class CheckingPort final : public WebSocketPort {
public:
    std::size_t room() const override { return 2000; }
    void transmit(std::string_view bytes) override { events.append(bytes); }
    void opened() override { events += "opened;"; }
    void message(std::string_view text) override {
        expect(!ended, "no message comes after the end");
        expect(is_utf8(text), "a message is UTF-8");
        events.append(text);
    }
    void closed(std::uint16_t code, std::string_view reason) override {
        expect(!ended, "it ends once");
        expect(is_utf8(reason), "a reason is UTF-8");
        ended = true;
        events += "closed " + std::to_string(code) + " ";
        events.append(reason);
    }

    std::string events;
    bool ended = false;
};

// What becomes of `bytes`, given in pieces of `step`.
std::string heard(std::string_view bytes, std::size_t step) {
    static CheckingPort port;
    static FixedRandom random(0);
    static WebSocket socket(port, random);
    port = CheckingPort();
    expect(socket.start("car.local", "/ws/board"), "the request is short enough");
    socket.received(kAnswer);
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, step);
        socket.received(ExactCopy(piece));
        bytes.remove_prefix(piece.size());
    }
    expect(socket.is_open() != port.ended, "it is open until it ends");
    expect(socket.send("still there?") == socket.is_open(), "it sends while it is open");
    return port.events;
}

}  // namespace

// The first byte is the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const std::size_t step = std::size_t{1} + input.byte();
    const std::string_view bytes = input.rest();
    expect(heard(bytes, step) == heard(bytes, bytes.size()), "cuts change nothing");
    return 0;
}

// A board that is told anything says nothing but what a gateway understands, and stays in bounds.
#include <nlohmann/json.hpp>
#include <optional>

#include "drive/board.hpp"
#include "expect.hpp"
#include "input.hpp"

namespace {

using namespace peerlens;

class CheckingPort final : public BoardPort {
public:
    void send(std::string_view text) override {
        expect(nlohmann::json::accept(text), "what a board says is JSON");
    }
    void obeyed(std::uint32_t) override {}
    void refused(const Error& error) override {
        expect(error.problem.is_unicode() && error.detail.is_unicode(), "an error can be shown");
    }
};

bool within(double value, double least, double most) {
    return value >= least && value <= most;
}

}  // namespace

// Lines, each a message; the first byte of a line is how many times 4 ms have passed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::optional<Board> board;
    CheckingPort port;
    BoardSettings settings;
    settings.device_id = "board-1";
    settings.capabilities = {true, true, true, true, true};
    settings.limits.forward = 0.5;
    settings.limits.reverse = 0.25;
    std::uint32_t now = 0;
    board.emplace(settings, port, now);
    board->link_opened(now);
    std::string_view rest = Input(data, size).rest();
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
        Input input(reinterpret_cast<const std::uint8_t*>(line.data()), line.size());
        now += 4u * input.byte();
        board->tick(now);
        board->received(now, ExactCopy(input.rest()));
        const Outputs outputs = board->outputs();
        expect(within(outputs.drive.throttle, -0.25, 0.5), "throttle stays within its limits");
        expect(within(outputs.drive.steering, -1.0, 1.0), "steering stays within its limits");
        expect(within(outputs.accessories.pan, -1.0, 1.0), "pan stays within its limits");
        expect(within(outputs.accessories.tilt, -1.0, 1.0), "tilt stays within its limits");
        expect(outputs.state == DriveState::kArmed || outputs.drive.throttle == 0.0,
               "a car that is not armed does not drive");
    }
    return 0;
}

// What a board's port is told of, for a log or a console.
#pragma once

#include <cstdint>
#include <string_view>

namespace peerlens {

// Texts come from strangers: they may hold anything, and are valid during the call.
class BoardEvents {
public:
    virtual void link_up() = 0;
    // Once for each reason: a gateway may be away for days.
    virtual void link_down(std::string_view reason) = 0;
    // The gateway refuses something; once, too.
    virtual void refused(std::string_view problem, std::string_view detail) = 0;
    // A command went to the failsafe.
    virtual void obeyed(std::uint32_t seq) = 0;

protected:
    ~BoardEvents() = default;
};

}  // namespace peerlens

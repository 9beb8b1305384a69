// Writes what a device says.
#pragma once

#include <string_view>

#include "json/json_writer.hpp"
#include "messages/messages.hpp"

namespace peerlens {

// Fields that equal their default are left out, except `v`. Every text is valid until the next
// call; it is empty when the message does not fit (only a registration can be so long).
class Encoder {
public:
    std::string_view encode(const RegisterBoard& message);
    std::string_view encode(const RegisterCamera& message);
    std::string_view encode(const Acted& message);
    std::string_view encode(const Telemetry& message);
    std::string_view encode(const Ping& message);
    std::string_view encode(const Pong& message);

private:
    JsonWriter writer_;
};

}  // namespace peerlens

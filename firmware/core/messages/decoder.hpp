// Reads what a gateway says.
#pragma once

#include <string_view>

#include "json/json.hpp"
#include "messages/messages.hpp"

namespace peerlens {

class Decoder {
public:
    // Returns the message, or the problem that names why it is none.
    GatewayToBoard decode(std::string_view text);

private:
    JsonDocument document_;
};

const char* name_of(Problem problem);

}  // namespace peerlens

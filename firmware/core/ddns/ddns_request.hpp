// What is asked of a dynamic DNS service, and what its answer means.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/text.hpp"

namespace peerlens {

// A request whose connection closes behind the answer. Empty when `template_url` is no address, or
// too long once {address} is replaced.
Text<1200> write_ddns_request(std::string_view template_url, std::string_view address);

enum class DdnsOutcome : std::uint8_t {
    kDone,
    kLater,    // the service is in trouble
    kRefused,  // it would be the same again: wrong key, unknown name, abuse
};

// What `answer`, the beginning of it, means: by its status, and by the first word of its body, as
// the services have them (dyndns2: good, nochg, badauth, 911...; others: OK, KO).
DdnsOutcome outcome_of(std::string_view answer);

}  // namespace peerlens

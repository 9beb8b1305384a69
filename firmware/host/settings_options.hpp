// Options that set what is kept in a device's settings; each returns what is wrong, or "".
#pragma once

#include <string>

#include "settings/settings.hpp"

namespace peerlens {

// "" or "NAME: expected EXPECTED".
std::string complaint(bool valid, const std::string& name, const char* expected);

// NAME:PASSWORD of the device's own HTTP.
std::string set_basic(const std::string& name, const std::string& value, AccessSettings& access);
// A file of certificates.
std::string set_ca_file(const std::string& name, const std::string& value, ServerSettings& server);
std::string set_token_file(const std::string& value, IdentitySettings& identity);
std::string set_token_variable(const char* variable, IdentitySettings& identity);

}  // namespace peerlens

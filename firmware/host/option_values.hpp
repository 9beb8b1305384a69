// Values on a twin's command line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace peerlens {

// The whole text is a number within the bounds, both included.
bool read_number(std::string_view text, double at_least, double at_most, double& value);
bool read_whole(std::string_view text, std::uint32_t at_least, std::uint32_t at_most,
                std::uint32_t& value);

// 1-64 of A-Z a-z 0-9 . _ -, first alphanumeric.
bool is_id(std::string_view text);

// Take a token, 1 to 512 code points without control characters, line ends behind it removed.
// Return what is wrong, naming `source`, or an empty string.
std::string set_token(std::string text, const std::string& source, std::string& token);
// The same of a file's first line.
std::string read_token_file(const std::string& name, std::string& token);
// The same of an environment variable; none is no error.
std::string read_token_variable(const char* name, std::string& token);

}  // namespace peerlens

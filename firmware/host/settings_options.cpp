#include "host/settings_options.hpp"

#include <fstream>
#include <iterator>

#include "host/option_values.hpp"

namespace peerlens {
namespace {

std::string take_token(const std::string& token, const std::string& source,
                       IdentitySettings& identity) {
    return complaint(identity.token.assign(token), source, "a token of at most 512 bytes");
}

}  // namespace

std::string complaint(bool valid, const std::string& name, const char* expected) {
    return valid ? "" : name + ": expected " + expected;
}

std::string set_basic(const std::string& name, const std::string& value, AccessSettings& access) {
    const std::size_t colon = value.find(':');
    const bool valid = colon != std::string::npos && colon > 0 && colon + 1 < value.size() &&
                       access.user.assign(value.substr(0, colon)) &&
                       access.password.assign(value.substr(colon + 1));
    return complaint(valid, name, "NAME:PASSWORD, of at most 32 and 64 bytes");
}

std::string set_ca_file(const std::string& name, const std::string& value, ServerSettings& server) {
    std::ifstream file(value, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const bool valid =
        text.find("-----BEGIN CERTIFICATE-----") != std::string::npos && server.ca_pem.assign(text);
    return complaint(valid, name, "a file of certificates (PEM), at most 3000 bytes");
}

std::string set_token_file(const std::string& value, IdentitySettings& identity) {
    std::string token;
    const std::string wrong = read_token_file(value, token);
    return wrong.empty() ? take_token(token, "--token-file", identity) : wrong;
}

std::string set_token_variable(const char* variable, IdentitySettings& identity) {
    std::string token;
    const std::string wrong = read_token_variable(variable, token);
    return wrong.empty() ? take_token(token, variable, identity) : wrong;
}

}  // namespace peerlens

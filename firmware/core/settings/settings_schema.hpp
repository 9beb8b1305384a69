// What each setting is called, and what it may be; said once, for reading and for writing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/device_kind.hpp"
#include "json/object_reader.hpp"
#include "settings/settings.hpp"

namespace peerlens {

// What a text may be, beside UTF-8 without control characters.
enum class TextForm : std::uint8_t {
    kWifiName,      // 1 to 32 bytes, or empty
    kWifiPassword,  // 8 to 63 printable ASCII, 64 hexadecimal digits, or empty
    kId,            // 1 to 64 of A-Z a-z 0-9 . _ -, the first one alphanumeric
    kToken,         // 16 or more printable ASCII without a space, or empty
    kUser,          // 1 to 32 printable ASCII without a colon
    kPassword,      // 8 or more printable ASCII, or empty
    kLabel,         // a DNS label: a-z 0-9 -, not at an end
    kHost,          // a name or an address, or empty
    kWebSocketUrl,  // ws:// or wss://, or empty
    kStreamUrl,     // http:// or https://, without credentials, or empty
    kUpdateUrl,     // http:// or https://, {address} at most behind the host, or empty
    kCertificates,  // PEM, or empty
    kPublicKey,     // base64 of a P-256 point, or empty
    kDeviceToken,   // 1 or more characters, or empty
};

// Secret: written, and never shown.
enum class Secrecy : std::uint8_t { kOpen, kSecret };

struct Names {
    const std::string_view* first;
    std::size_t count;
};

// Goes over the settings. Each call returns what the setting is to be from now on, or nothing
// where it stays as it is. A text is valid until the next call.
class SettingsVisitor {
public:
    virtual void open(std::string_view group) = 0;
    virtual void close() = 0;
    virtual std::optional<std::string_view> text(std::string_view name, std::string_view is,
                                                 std::size_t room, TextForm form,
                                                 Secrecy secrecy) = 0;
    virtual std::optional<double> number(std::string_view name, double is, Bounds bounds,
                                         bool whole) = 0;
    virtual std::optional<bool> flag(std::string_view name, bool is) = 0;
    // Returns the index of a name.
    virtual std::optional<std::size_t> choice(std::string_view name, std::size_t is,
                                              Names names) = 0;

protected:
    ~SettingsVisitor() = default;
};

// What is gone over: what a person may set, or all that is kept.
enum class SettingsScope : std::uint8_t { kSettable, kKept };

// All settings of a device of this kind, in the order in which they are written.
void visit(Settings& settings, DeviceKind kind, SettingsScope scope, SettingsVisitor& visitor);

// What a text of this form must be, for a person.
std::string_view expectation_of(TextForm form);
bool has_form(std::string_view text, TextForm form);

}  // namespace peerlens

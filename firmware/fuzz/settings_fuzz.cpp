// Settings that are taken from anything are kept, and come back the same; what is refused is told.
#include <nlohmann/json.hpp>
#include <string>

#include "expect.hpp"
#include "input.hpp"
#include "json/json_writer.hpp"
#include "settings/settings_reader.hpp"
#include "settings/settings_writer.hpp"

namespace {

using namespace peerlens;

std::string kept(const Settings& settings, DeviceKind kind) {
    static JsonWriter writer;
    writer.begin();
    SettingsWriter settings_writer(writer);
    return std::string(settings_writer.write_kept(settings, kind));
}

std::string shown(const Settings& settings, DeviceKind kind) {
    static JsonWriter writer;
    writer.begin();
    SettingsWriter(writer).add_shown(settings, kind);
    return std::string(writer.finish());
}

void try_kind(std::string_view text, DeviceKind kind, bool restores) {
    static SettingsReader reader;
    Settings settings;
    const bool taken =
        restores ? reader.restore(text, kind, settings) : reader.patch(text, kind, settings);
    if (!taken) {
        expect(!reader.problem().expected.view().empty(), "a refusal says what was expected");
        return;
    }
    const std::string first = kept(settings, kind);
    if (first.empty()) {
        return;  // too long to be kept, and refused for that
    }
    Settings again;
    expect(reader.restore(first, kind, again), "what was kept can be restored");
    expect(kept(again, kind) == first, "it comes back the same");
    const std::string seen = shown(settings, kind);
    if (!seen.empty()) {
        expect(nlohmann::json::accept(seen), "what is shown is JSON");
        expect(reader.patch(seen, kind, again), "what is shown can be given back");
        expect(kept(again, kind) == first, "giving it back changes nothing");
    }
}

}  // namespace

// The first byte: bit 0 is the kind of device, bit 1 whether a store kept it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const std::uint8_t how = input.byte();
    try_kind(ExactCopy(input.rest()), (how & 1) == 0 ? DeviceKind::kCamera : DeviceKind::kBoard,
             (how & 2) != 0);
    return 0;
}

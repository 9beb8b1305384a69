#include "host/twin_setup.hpp"

#include <cstdio>

#include "host/setup_page.hpp"

namespace peerlens {

TwinSetup::TwinSetup(DeviceKind kind, const TwinSettings& wanted, std::string_view firmware,
                     Tls* ddns_tls, StandardOutput& output, std::uint32_t now)
    : store_(wanted.file),
      wifi_(
          [&output, told = wanted.unprovisioned || !wanted.file.empty()](const std::string& what) {
              if (told) {
                  output.line("%s", what.c_str());
              }
          }),
      device_({kind, wanted.factory, firmware, setup_page(), store_, wifi_, random_, wall_clock_,
               ddns_tls},
              now) {
    if (device_.origin() == SettingsOrigin::kUnusable) {
        complain(kind == DeviceKind::kCamera ? "twin-camera" : "twin-car");
    }
    if (wanted.has_http && settings().access.password.empty()) {
        output.line("setup code %s", settings().identity.setup_code.c_str());
    }
}

void TwinSetup::complain(const std::string& program) const {
    const SettingsProblem& problem = device_.problem();
    std::string why(device_.store_reason());
    if (why.empty()) {
        why = std::string(problem.field) + (problem.field.empty() ? "" : " ") + "was " +
              std::string(problem.was) + ", expected " + std::string(problem.expected);
    }
    std::fprintf(stderr, "%s: the settings that were kept cannot be used: %s\n", program.c_str(),
                 why.c_str());
}

}  // namespace peerlens

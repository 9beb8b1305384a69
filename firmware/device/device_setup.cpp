#include "device/device_setup.hpp"

#include <memory>
#include <new>

namespace peerlens {
namespace {

SettingsOrigin loaded(SettingsKeeper& keeper, Random& random) {
    const std::unique_ptr<char[]> buffer(new (std::nothrow) char[SettingsStore::kMostBytes]);
    return buffer ? keeper.load(buffer.get(), random) : SettingsOrigin::kUnusable;
}

}  // namespace

DeviceSetup::DeviceSetup(const SetupParts& parts, std::uint32_t now)
    : parts_(parts),
      keeper_(parts.store, parts.kind, parts.factory),
      origin_(loaded(keeper_, parts.random)),
      settings_(keeper_.settings()),
      network_(parts.wifi, settings_, now),
      ddns_(settings_.network.ddns_url),
      ddns_client_(ddns_, parts.ddns_tls),
      dns_(kOwnAddress),
      settings_handler_(keeper_, *this, network_.provisioning()),
      restart_handler_(keeper_, *this, network_.provisioning()),
      reset_handler_(keeper_, *this, network_.provisioning()),
      setup_handler_(parts.wifi, network_, keeper_, parts.firmware),
      page_handler_(parts.page, network_.provisioning()),
      portal_(network_.provisioning()),
      now_(now),
      looked_at_(now - kAddressMs) {}

HttpSecrets DeviceSetup::secrets() const {
    HttpSecrets secrets;
    secrets.user = settings_.access.user;
    secrets.password = admin_password(settings_);
    secrets.token = settings_.access.token;
    secrets.open_pictures = settings_.access.open_pictures;
    return secrets;
}

bool DeviceSetup::attach(HttpService& http, StatusHandler& status, Loop& loop,
                         const UpdateGate& gate) {
    gate_ = &gate;
    http.set_otherwise(portal_);
    return http.add(page_handler_) && http.add(setup_handler_) && http.add(settings_handler_) &&
           http.add(restart_handler_) && http.add(reset_handler_) && status.add(network_) &&
           status.add(ddns_) && loop.add(*this);
}

std::size_t DeviceSetup::watch(pollfd* out, std::size_t room) {
    dns_watched_ = dns_.watch(out, room);
    return dns_watched_ + ddns_client_.watch(out + dns_watched_, room - dns_watched_);
}

void DeviceSetup::serve(const pollfd* happened, std::size_t count, std::uint32_t now) {
    now_ = now;
    const std::size_t of_dns = dns_watched_ < count ? dns_watched_ : count;
    dns_.serve(happened, of_dns, now);
    ddns_client_.hold(!obstacle().empty());
    ddns_client_.serve(happened + of_dns, count - of_dns, now);
    network_.tick(now, !obstacle().empty(), parts_.wall_clock.seconds() != 0);
    look_at_address(now);
}

void DeviceSetup::look_at_address(std::uint32_t now) {
    if (now - looked_at_ < kAddressMs) {
        return;
    }
    looked_at_ = now;
    ddns_.set_address(parts_.wifi.address());
    // Where the address is not there yet (or, on the host, never) it is tried again next time.
    const bool wanted = network_.provisioning().has_access_point();
    if (wanted && !dns_.is_open()) {
        dns_.open(kDnsPort);
    } else if (!wanted) {
        dns_.close();
    }
}

std::string_view DeviceSetup::obstacle() const {
    return gate_ == nullptr ? std::string_view() : gate_->obstacle();
}

void DeviceSetup::restart() {
    restarting_ = true;
    restart_at_ = now_;
}

}  // namespace peerlens

// TLS on this system, where the twin was built with it.
#pragma once

#include <string>
#include <string_view>

#include "device/tls.hpp"

#ifdef PEERLENS_TLS
#include "device/crypto/tls_client.hpp"
#include "host/system_clock.hpp"
#include "host/system_random.hpp"
#include "host/system_trust.hpp"
#endif

namespace peerlens {

#ifdef PEERLENS_TLS

class SystemTls {
public:
    SystemTls() : client_(random_, clock_, trust_) {}

    // As in TlsClient.
    std::string_view trust(std::string_view pem) { return client_.trust(pem); }
    Tls* client() { return &client_; }

private:
    SystemRandom random_;
    SystemClock clock_;
    SystemTrust trust_;
    TlsClient client_;
};

#else

class SystemTls {
public:
    std::string_view trust(std::string_view) { return {}; }
    // None: wss:// is refused.
    Tls* client() { return nullptr; }
};

#endif

}  // namespace peerlens

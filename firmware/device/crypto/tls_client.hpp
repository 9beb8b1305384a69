// TLS by mbedTLS, 2.28 or 3.x.
#pragma once

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/random.hpp"
#include "device/crypto/trust.hpp"
#include "device/tls.hpp"
#include "device/wall_clock.hpp"

namespace peerlens {

// The server's certificate is checked: signed by an authority that is
// trusted, made out for the host that was asked for (name or address), within its dates. There is
// no way to go on without.
//
// Dates need the time of day. While the clock was not set, begin() refuses for kClockWait after
// the first attempt, so that SNTP can set it; after that dates are held against the day that this
// firmware was built, which only finds certificates that ended before. So a device in a network
// without a time server is still sure of the name and the authority.
//
// mbedTLS takes its memory, about 40 KiB while connected, from the heap at begin() and returns it
// at end(); nothing is taken for what is sent and received.
class TlsClient final : public Tls {
public:
    static constexpr std::chrono::seconds kClockWait{30};

    TlsClient(Random& random, WallClock& clock, BuiltInTrust& built_in);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    // Tls
    std::string_view trust(std::string_view pem) override;
    bool begin(int descriptor, std::string_view host) override;
    Progress handshake() override;
    void end() override;
    int receive(char* buffer, std::size_t size) override;
    int send(std::string_view bytes) override;
    void close_notify() override;
    bool has_unread() const override;
    bool wants_to_write() const override { return wants_to_write_; }
    std::string_view reason() const override { return {reason_.data(), reason_size_}; }

private:
    bool configure();
    bool clock_allows();
    int verify(mbedtls_x509_crt& certificate, int depth, std::uint32_t& flags);
    int outcome(int code, const char* doing);
    void refuse(const char* text, const char* detail = "");
    void refuse_certificate();

    Random& random_;
    WallClock& clock_;
    BuiltInTrust& built_in_;
    mbedtls_ssl_config config_;
    mbedtls_ssl_context context_;
    mbedtls_x509_crt authorities_;
    bool has_authorities_ = false;
    bool configured_ = false;
    int descriptor_ = -1;
    bool begun_ = false;
    bool wants_to_write_ = false;
    std::size_t sending_ = 0;  // of the record that mbedTLS has taken already
    std::chrono::steady_clock::time_point waiting_since_{};
    bool waits_for_clock_ = false;
    std::uint32_t flags_ = 0;
    std::array<char, 256> host_{};
    std::array<char, 320> reason_{};
    std::size_t reason_size_ = 0;
};

}  // namespace peerlens

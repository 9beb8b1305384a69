// TLS over a socket that never blocks, the client's part (mbedTLS 2.28 or 3.x).
#pragma once

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/random.hpp"
#include "device/trust.hpp"
#include "device/wall_clock.hpp"

namespace peerlens {

// One connection at a time. The server's certificate is checked: signed by an authority that is
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
class TlsClient {
public:
    static constexpr std::chrono::seconds kClockWait{30};

    enum class Progress : std::uint8_t { kAgain, kDone, kFailed };

    TlsClient(Random& random, WallClock& clock, BuiltInTrust& built_in);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    // Trust the authorities in `pem`, and no others; the built-in ones when it is empty. Counts
    // from the next begin(). Returns "" or what is wrong with it.
    std::string_view trust(std::string_view pem);

    // Begin on a socket that is connected. Returns false and a reason().
    bool begin(int descriptor, std::string_view host);
    // Go on with the handshake, whenever the socket can be read or written.
    Progress handshake();
    void end();

    // As recv() and send(): how many bytes, 0 at the end, -1 with a reason(), -2 for later. After
    // -2 send() must be called with the same bytes, or more of them behind, again.
    int receive(char* buffer, std::size_t size);
    int send(std::string_view bytes);
    // Say goodbye, as far as there is room for it.
    void close_notify();
    // Bytes that poll() does not see any more, and receive() still has.
    bool has_unread() const;
    // Whether it waits for the socket to be written to.
    bool wants_to_write() const { return wants_to_write_; }

    std::string_view reason() const { return {reason_.data(), reason_size_}; }

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

#include "device/crypto/tls_client.hpp"

#include <mbedtls/error.h>
#include <mbedtls/version.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include "device/crypto/certificate_address.hpp"
#include "device/crypto/certificate_dates.hpp"

#if defined(MBEDTLS_USE_PSA_CRYPTO) || defined(MBEDTLS_SSL_PROTO_TLS1_3)
#include <psa/crypto.h>
#endif

namespace peerlens {
namespace {

constexpr std::size_t kLargestRecord = 4096;

bool is_later(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

int send_to_socket(void* socket, const unsigned char* bytes, std::size_t size) {
    const ssize_t count = ::send(*static_cast<int*>(socket), bytes, size, MSG_NOSIGNAL);
    return count >= 0        ? static_cast<int>(count)
           : is_later(errno) ? MBEDTLS_ERR_SSL_WANT_WRITE
                             : MBEDTLS_ERR_SSL_CONN_EOF;
}

int receive_from_socket(void* socket, unsigned char* bytes, std::size_t size) {
    const ssize_t count = recv(*static_cast<int*>(socket), bytes, size, 0);
    return count > 0         ? static_cast<int>(count)
           : count == 0      ? MBEDTLS_ERR_SSL_CONN_EOF
           : is_later(errno) ? MBEDTLS_ERR_SSL_WANT_READ
                             : MBEDTLS_ERR_SSL_CONN_EOF;
}

int draw(void* random, unsigned char* out, std::size_t size) {
    auto& source = *static_cast<Random*>(random);
    for (std::size_t at = 0; at < size; at += 4) {
        const std::uint32_t bits = source.next();
        std::memcpy(out + at, &bits, std::min<std::size_t>(4, size - at));
    }
    return 0;
}

}  // namespace

TlsClient::TlsClient(Random& random, WallClock& clock, BuiltInTrust& built_in)
    : random_(random), clock_(clock), built_in_(built_in) {
    mbedtls_ssl_config_init(&config_);
    mbedtls_ssl_init(&context_);
    mbedtls_x509_crt_init(&authorities_);
}

TlsClient::~TlsClient() {
    end();
    mbedtls_ssl_config_free(&config_);
    mbedtls_x509_crt_free(&authorities_);
}

std::string_view TlsClient::trust(std::string_view pem) {
    end();
    mbedtls_ssl_config_free(&config_);
    mbedtls_ssl_config_init(&config_);
    configured_ = false;
    mbedtls_x509_crt_free(&authorities_);
    mbedtls_x509_crt_init(&authorities_);
    has_authorities_ = !pem.empty();
    if (!has_authorities_) {
        return "";
    }
    const std::unique_ptr<unsigned char[]> ended(new (std::nothrow) unsigned char[pem.size() + 1]);
    if (ended == nullptr) {
        return "there is no memory for the authority's certificate";
    }
    std::memcpy(ended.get(), pem.data(), pem.size());
    ended[pem.size()] = '\0';
    const int failed = mbedtls_x509_crt_parse(&authorities_, ended.get(), pem.size() + 1);
    return failed == 0 ? "" : "the authority's certificate is not one: expected PEM";
}

bool TlsClient::configure() {
    if (configured_) {
        return true;
    }
#if defined(MBEDTLS_USE_PSA_CRYPTO) || defined(MBEDTLS_SSL_PROTO_TLS1_3)
    if (psa_crypto_init() != PSA_SUCCESS) {
        refuse("cryptography cannot be started");
        return false;
    }
#endif
    if (mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0) {
        refuse("there is no memory for TLS");
        return false;
    }
#if MBEDTLS_VERSION_NUMBER < 0x03000000
    mbedtls_ssl_conf_min_version(&config_, MBEDTLS_SSL_MAJOR_VERSION_3,
                                 MBEDTLS_SSL_MINOR_VERSION_3);  // TLS 1.2
#endif
    mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_rng(&config_, draw, &random_);
    if (has_authorities_) {
        mbedtls_ssl_conf_ca_chain(&config_, &authorities_, nullptr);
    } else {
        const char* wrong = built_in_.install(config_);
        if (*wrong != '\0') {
            refuse(wrong);
            return false;
        }
    }
    const auto verify = [](void* self, mbedtls_x509_crt* certificate, int depth,
                           std::uint32_t* flags) {
        return static_cast<TlsClient*>(self)->verify(*certificate, depth, *flags);
    };
    mbedtls_ssl_conf_verify(&config_, verify, this);
    configured_ = true;
    return true;
}

bool TlsClient::clock_allows() {
    if (clock_.seconds() > 0) {
        return true;
    }
    const auto now = std::chrono::steady_clock::now();
    if (!waits_for_clock_) {
        waits_for_clock_ = true;
        waiting_since_ = now;
    }
    if (now - waiting_since_ >= kClockWait) {
        return true;
    }
    refuse("the clock is not set yet, so no certificate can be checked: waiting for SNTP");
    return false;
}

bool TlsClient::begin(int descriptor, std::string_view host) {
    end();
    if (host.size() >= host_.size()) {
        refuse("the server's name is too long");
        return false;
    }
    host_ = {};
    std::copy(host.begin(), host.end(), host_.begin());
    if (!clock_allows() || !configure()) {
        return false;
    }
    descriptor_ = descriptor;
    flags_ = 0;
    sending_ = 0;
    begun_ = true;
    if (mbedtls_ssl_setup(&context_, &config_) != 0 ||
        mbedtls_ssl_set_hostname(&context_, host_.data()) != 0) {
        end();
        refuse("there is no memory for TLS");
        return false;
    }
    mbedtls_ssl_set_bio(&context_, &descriptor_, send_to_socket, receive_from_socket, nullptr);
    wants_to_write_ = true;
    return true;
}

void TlsClient::end() {
    if (begun_) {
        mbedtls_ssl_free(&context_);
        mbedtls_ssl_init(&context_);
        begun_ = false;
    }
    descriptor_ = -1;
    wants_to_write_ = false;
}

TlsClient::Progress TlsClient::handshake() {
    const int code = mbedtls_ssl_handshake(&context_);
    if (code == 0) {
        wants_to_write_ = false;
        return Progress::kDone;
    }
    if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE ||
        code == MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS) {
        wants_to_write_ = code != MBEDTLS_ERR_SSL_WANT_READ;
        return Progress::kAgain;
    }
    if (code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
        refuse_certificate();
    } else {
        outcome(code, "TLS handshake: ");
    }
    return Progress::kFailed;
}

// Called for each certificate of the server's chain, from the authority down to its own.
int TlsClient::verify(mbedtls_x509_crt& certificate, int depth, std::uint32_t& flags) {
    // Dates are checked here, because mbedTLS knows only the system's clock, set or not, and on
    // the chip no dates at all by default.
    constexpr std::uint32_t kDates = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
    flags &= ~kDates;
    if (!has_authorities_ && (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0) {
        built_in_.vouch(certificate, depth, flags);
    }
    if (depth == 0 && (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0 &&
        is_made_out_for_address(certificate, host_.data())) {
        flags &= ~std::uint32_t{MBEDTLS_X509_BADCERT_CN_MISMATCH};
    }
    flags |= date_flags(certificate, clock_.seconds());
    flags_ |= flags;
    return 0;
}

void TlsClient::refuse_certificate() {
    if ((flags_ & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0) {
        refuse("the server's certificate is not signed by an authority that this device trusts");
    } else if ((flags_ & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0) {
        refuse("the server's certificate is not made out for ", host_.data());
    } else if ((flags_ & MBEDTLS_X509_BADCERT_EXPIRED) != 0) {
        refuse("the server's certificate has expired, or this device's clock is wrong");
    } else if ((flags_ & MBEDTLS_X509_BADCERT_FUTURE) != 0) {
        refuse("the server's certificate is not valid yet, or this device's clock is wrong");
    } else {
        refuse("the server's certificate has a weak or unknown key, hash or use");
    }
}

int TlsClient::receive(char* buffer, std::size_t size) {
    const int count = mbedtls_ssl_read(&context_, reinterpret_cast<unsigned char*>(buffer), size);
    if (count == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || count == MBEDTLS_ERR_SSL_CONN_EOF) {
        return 0;
    }
    return count >= 0 ? count : outcome(count, "TLS: ");
}

int TlsClient::send(std::string_view bytes) {
    // A record that mbedTLS could not send whole stays in its hands: the call has to be repeated
    // with the same size, however much more there is by then.
    if (sending_ == 0) {
        sending_ = std::min(bytes.size(), kLargestRecord);
    }
    const int count = mbedtls_ssl_write(
        &context_, reinterpret_cast<const unsigned char*>(bytes.data()), sending_);
    if (count < 0) {
        return outcome(count, "TLS: ");
    }
    sending_ = 0;
    return count;
}

// kLater for what is to be tried again, else kFailed with a reason.
int TlsClient::outcome(int code, const char* doing) {
    bool later = code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE ||
                 code == MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS;
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
    later = later || code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#endif
    if (later) {
        return kLater;
    }
    if (code == MBEDTLS_ERR_SSL_CONN_EOF) {
        refuse(doing, "closed by the server");
        return kFailed;
    }
    char text[128] = "";
    mbedtls_strerror(code, text, sizeof text);
    refuse(doing, text);
    return kFailed;
}

void TlsClient::close_notify() {
    mbedtls_ssl_close_notify(&context_);
}

bool TlsClient::has_unread() const {
    return begun_ && mbedtls_ssl_check_pending(&context_) != 0;
}

void TlsClient::refuse(const char* text, const char* detail) {
    const int size = std::snprintf(reason_.data(), reason_.size(), "%s%s", text, detail);
    reason_size_ = std::min(static_cast<std::size_t>(std::max(size, 0)), reason_.size() - 1);
}

}  // namespace peerlens

// Asks a dynamic DNS service what Ddns wants to be asked.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "ddns/ddns.hpp"
#include "device/connection.hpp"
#include "device/pollable.hpp"
#include "device/resolver.hpp"
#include "device/tls.hpp"

namespace peerlens {

// A connection is made for each request, and takes memory from the heap only as long as that: some
// 17 KB, with TLS 40 KB more. When there is not so much, the attempt has failed.
class DdnsClient final : public Pollable {
public:
    // Without `tls`, which nobody else uses, only http:// can be had. All must outlive this.
    DdnsClient(Ddns& ddns, Tls* tls) : ddns_(ddns), tls_(tls) {}

    // The device is busy with what must not be held up: begin nothing.
    void hold(bool held) { held_ = held; }

    std::size_t watch(pollfd* out, std::size_t room) override;
    void serve(const pollfd* happened, std::size_t count, std::uint32_t now) override;

private:
    // What one request takes.
    struct Attempt {
        explicit Attempt(Tls* tls) : connection(resolver, tls) {}

        Resolver resolver;
        Connection connection;
    };

    void begin(std::uint32_t now);
    void go_on(short happened, std::uint32_t now);
    void finish(std::string_view wrong, std::uint32_t now);

    Ddns& ddns_;
    Tls* const tls_;
    std::unique_ptr<Attempt> attempt_;
    std::uint32_t began_at_ = 0;
    bool asked_ = false;
    bool held_ = false;
};

}  // namespace peerlens

// Looks names up without holding up who asks.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "device/address.hpp"

namespace peerlens {

// One look-up at a time, in a thread (on the chip: a task) of its own that is started with the
// first name. Numeric addresses need no thread. The system's resolver may take long and cannot be
// stopped: a look-up that was given up still keeps the next one from beginning until it returns.
class Resolver {
public:
    static constexpr std::size_t kMaxHost = 255;
    static constexpr std::size_t kMaxAddresses = 4;
    static constexpr std::chrono::milliseconds kDeadline{5000};

    enum class Progress : std::uint8_t { kIdle, kPending, kFound, kFailed };

    Resolver();
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Begin. Whatever was asked before is given up.
    void start(std::string_view host, std::uint16_t port);
    // How it stands now; kFailed after kDeadline at the latest.
    Progress progress();
    // When found: how many there are, at least one, and each.
    std::size_t count() const { return count_; }
    const Address& address(std::size_t index) const { return addresses_[index]; }
    // When failed: why.
    std::string_view reason() const { return reason_; }

private:
    class Worker;

    bool start_worker();
    void fail(const char* reason);

    std::shared_ptr<Worker> worker_;
    std::chrono::steady_clock::time_point deadline_;
    std::array<Address, kMaxAddresses> addresses_;
    std::size_t count_ = 0;
    Progress progress_ = Progress::kIdle;
    std::uint32_t asked_ = 0;
    std::string_view reason_;
};

}  // namespace peerlens

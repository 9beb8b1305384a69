#include "provisioning/provisioning.hpp"

namespace peerlens {

Provisioning::Provisioning(bool has_settings, std::uint32_t now)
    : state_(has_settings ? ProvisioningState::kJoining : ProvisioningState::kUnprovisioned),
      since_(now),
      attempt_at_(now) {}

void Provisioning::tick(std::uint32_t now, bool driven) {
    if (trying_ && now - attempt_at_ >= kAttemptMs) {
        failed(now, WifiFailure::kOther);
    }
    const std::uint32_t patience_ms = was_joined_ ? kLostMs : kFirstJoinMs;
    if (state_ == ProvisioningState::kJoining && now - since_ >= patience_ms && !driven) {
        state_ = ProvisioningState::kLost;
    }
}

void Provisioning::joined(std::uint32_t) {
    if (state_ == ProvisioningState::kUnprovisioned) {
        return;
    }
    state_ = ProvisioningState::kJoined;
    failure_ = WifiFailure::kNone;
    was_joined_ = true;
    trying_ = false;
}

void Provisioning::failed(std::uint32_t now, WifiFailure failure) {
    if (state_ == ProvisioningState::kUnprovisioned) {
        return;
    }
    if (state_ == ProvisioningState::kJoined) {
        state_ = ProvisioningState::kJoining;
        since_ = now;
        tried_ = false;  // the first attempt is made at once
    } else if (trying_) {
        tried_ = true;
        attempt_at_ = now;
    }
    failure_ = failure;
    trying_ = false;
}

bool Provisioning::take_attempt(std::uint32_t now) {
    const bool wanted = state_ == ProvisioningState::kJoining || state_ == ProvisioningState::kLost;
    const std::uint32_t pause_ms = state_ == ProvisioningState::kLost ? kLostPauseMs : kPauseMs;
    if (!wanted || trying_ || (tried_ && now - attempt_at_ < pause_ms)) {
        return false;
    }
    trying_ = true;
    attempt_at_ = now;
    return true;
}

const char* name_of(ProvisioningState state) {
    switch (state) {
        case ProvisioningState::kUnprovisioned: return "unprovisioned";
        case ProvisioningState::kJoining: return "joining";
        case ProvisioningState::kJoined: return "joined";
        case ProvisioningState::kLost: return "lost";
    }
    return "";
}

}  // namespace peerlens

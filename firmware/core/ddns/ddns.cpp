#include "ddns/ddns.hpp"

namespace peerlens {

void Ddns::set_address(std::string_view address) {
    if (address == address_.view()) {
        return;
    }
    was_away_ = was_away_ || address.empty();
    failures_ = address.empty() ? failures_ : 0;
    if (!address_.assign(address)) {
        address_.clear();
    }
}

bool Ddns::is_wanted(std::uint32_t now) const {
    const bool by_address = url_.find("{address}") != std::string_view::npos;
    const bool is_told = by_address ? told_ == address_ : !was_away_ && told_ == address_;
    if (failures_ > 0 && failures_ < kAttempts) {
        return now - attempt_at_ >= kPauseMs << (failures_ - 1);
    }
    const std::uint32_t refresh_ms = by_address ? kRefreshMs : kLookMs;
    if (failures_ >= kAttempts) {
        return now - attempt_at_ >= refresh_ms;
    }
    return !is_told || now - told_at_ >= refresh_ms;
}

bool Ddns::take_attempt(std::uint32_t now) {
    const bool possible = !url_.empty() && !address_.empty() && !refused_ && !trying_;
    if (!possible || (attempted_ && now - attempt_at_ < kLeastMs) || !is_wanted(now)) {
        return false;
    }
    request_ = write_ddns_request(url_, address_);
    if (request_.empty()) {
        refused_ = true;
        problem_ = "the URL is too long";
        return false;
    }
    answer_.clear();
    asking_ = address_;
    trying_ = true;
    attempted_ = true;
    attempt_at_ = now;
    return true;
}

void Ddns::finished(std::uint32_t now, std::string_view wrong) {
    trying_ = false;
    problem_.clear();
    const DdnsOutcome outcome = answer_.empty() ? DdnsOutcome::kLater : outcome_of(answer_);
    if (outcome == DdnsOutcome::kDone) {
        told_ = asking_;
        told_at_ = now;
        was_away_ = address_.empty();
        failures_ = 0;
        return;
    }
    refused_ = outcome == DdnsOutcome::kRefused;
    ++failures_;
    const std::string_view answer = answer_;
    problem_.append(refused_ ? "refused: " : "failed: ");
    for (const char c : answer.empty() ? wrong : answer.substr(0, answer.find_first_of("\r\n"))) {
        const char shown = c >= ' ' && c <= '~' ? c : '?';
        problem_.append({&shown, 1});
    }
}

void Ddns::write(JsonWriter& json, std::uint32_t) {
    if (url_.empty()) {
        return;
    }
    json.open("ddns");
    if (!told_.empty()) {
        json.add("told", told_.view());
    }
    if (!problem_.empty()) {
        json.add("problem", problem_.view());
    }
    json.add("failures", std::int64_t{failures_});
    json.close();
}

}  // namespace peerlens

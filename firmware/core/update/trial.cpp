#include "update/trial.hpp"

namespace peerlens {

bool Trial::tick(std::uint32_t now) {
    over_ = over_ || !slots_.on_trial();
    if (over_) {
        return false;
    }
    if (worked_ && (!tried_ || now - tried_at_ >= kRetryMs)) {
        tried_ = true;
        tried_at_ = now;
        over_ = slots_.confirm();
        if (over_) {
            record_.confirmed();
            return false;
        }
    }
    if (worked_ || now - began_at_ < deadline_ms_) {
        return false;
    }
    // Even when this fails: the next boot of a program that is not confirmed is of the old one.
    slots_.reject();
    over_ = true;
    return true;
}

}  // namespace peerlens

// All addresses of a device.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "http/http_handler.hpp"

namespace peerlens {

class HttpRoutes {
public:
    static constexpr std::size_t kMost = 16;

    // The handler must outlive this. Returns false when there are too many.
    bool add(HttpHandler& handler) {
        if (count_ == kMost) {
            return false;
        }
        handlers_[count_++] = &handler;
        return true;
    }

    // Null when nobody answers at `path`.
    HttpHandler* find(std::string_view path) const {
        for (std::size_t i = 0; i < count_; ++i) {
            if (handlers_[i]->path() == path) {
                return handlers_[i];
            }
        }
        return nullptr;
    }

    // Who answers what nobody else does, if it is asked for by GET. It must outlive this.
    void set_otherwise(HttpHandler& handler) { otherwise_ = &handler; }
    // Null when there is none.
    HttpHandler* otherwise() const { return otherwise_; }

    void tick(std::uint32_t now) {
        for (std::size_t i = 0; i < count_; ++i) {
            handlers_[i]->tick(now);
        }
    }

private:
    std::array<HttpHandler*, kMost> handlers_{};
    std::size_t count_ = 0;
    HttpHandler* otherwise_ = nullptr;
};

}  // namespace peerlens

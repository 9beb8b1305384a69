// Where requests' bodies are put that are wanted whole.
#pragma once

#include <array>
#include <cstddef>

namespace peerlens {

// Few, for all connections: a body comes seldom, and only of those who may send one.
class HttpBodies {
public:
    static constexpr std::size_t kSize = 4096;
    static constexpr std::size_t kMost = 2;

    // Room for kSize bytes until give_back(); null when all are taken.
    char* take() {
        for (Body& each : bodies_) {
            if (!each.taken) {
                each.taken = true;
                return each.bytes.data();
            }
        }
        return nullptr;
    }

    void give_back(const char* bytes) {
        for (Body& each : bodies_) {
            each.taken = each.taken && each.bytes.data() != bytes;
        }
    }

private:
    struct Body {
        bool taken = false;
        std::array<char, kSize> bytes;
    };

    std::array<Body, kMost> bodies_;
};

}  // namespace peerlens

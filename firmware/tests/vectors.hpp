// The protocol's vectors, which every implementation is held to.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace peerlens {

// The content of protocol/vectors/NAME; a missing file is an error.
inline nlohmann::json load_vectors(const std::string& name) {
    std::ifstream file(std::string(VECTORS) + "/" + name);
    if (!file) {
        throw std::runtime_error("no vectors: " + name);
    }
    return nlohmann::json::parse(file);
}

}  // namespace peerlens

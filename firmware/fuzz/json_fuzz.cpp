// What JsonDocument takes for JSON is JSON, and every value of it can be read.
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "expect.hpp"
#include "input.hpp"
#include "json/json.hpp"

namespace {

using namespace peerlens;

// Whether a number is beyond every double: only that may be refused by the other reader.
bool is_finite(const JsonDocument& document, const JsonNode& node) {
    bool finite = node.kind != JsonKind::kNumber || std::isfinite(node.number());
    if (node.kind == JsonKind::kString) {
        std::vector<char> room(node.text.size());
        expect(node.string().copy(room.data(), room.size()).size() <= node.text.size(),
               "a string is no longer than it was written");
        expect(node.string() == node.string(), "a string equals itself");
        node.string().is_unicode();
    }
    for (const JsonNode* each = document.node(node.first); each != nullptr;
         each = document.node(each->next)) {
        finite = is_finite(document, *each) && finite;
    }
    return finite;
}

bool has_lone_surrogate(const JsonDocument& document, const JsonNode& node) {
    if (!node.key.is_unicode() || !node.string().is_unicode()) {
        return true;
    }
    for (const JsonNode* each = document.node(node.first); each != nullptr;
         each = document.node(each->next)) {
        if (has_lone_surrogate(document, *each)) {
            return true;
        }
    }
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static JsonDocument document;
    const ExactCopy text(Input(data, size).rest());
    if (document.parse_object(text) && is_finite(document, document.root()) &&
        !has_lone_surrogate(document, document.root())) {
        expect(nlohmann::json::accept(std::string_view(text)), "what is taken is JSON");
    }
    return 0;
}

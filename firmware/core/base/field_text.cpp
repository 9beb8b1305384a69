#include "base/field_text.hpp"

#include <cstddef>

namespace peerlens {

bool same_text(std::string_view a, std::string_view b) {
    bool equal = a.size() == b.size();
    for (std::size_t i = 0; equal && i < a.size(); ++i) {
        equal = lower(a[i]) == lower(b[i]);
    }
    return equal;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t";
    const std::size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string_view cut(std::string_view& text, std::string_view mark) {
    const std::size_t at = text.find(mark);
    const std::string_view before = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
    return before;
}

bool lists(std::string_view values, std::string_view wanted) {
    while (!values.empty()) {
        if (same_text(trimmed(cut(values, ",")), wanted)) {
            return true;
        }
    }
    return false;
}

}  // namespace peerlens

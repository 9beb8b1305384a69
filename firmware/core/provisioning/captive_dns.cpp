#include "provisioning/captive_dns.hpp"

#include <cstring>

namespace peerlens {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kRecord = 16;
constexpr unsigned kTypeA = 1;
constexpr unsigned kClassInternet = 1;

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

unsigned pair_at(std::string_view text, std::size_t at) {
    return byte_at(text, at) << 8 | byte_at(text, at + 1);
}

// Where the question that begins behind the header ends, or 0.
std::size_t end_of_question(std::string_view query) {
    std::size_t at = kHeader;
    while (at < query.size() && query[at] != 0) {
        const unsigned length = byte_at(query, at);
        if (length > 63 || at + 1 + length > kHeader + 254) {
            return 0;
        }
        at += 1 + length;
    }
    return at + 5 <= query.size() ? at + 5 : 0;
}

}  // namespace

std::size_t answer_dns(std::string_view query, const std::array<std::uint8_t, 4>& address,
                       char* out) {
    if (query.size() < kHeader || query.size() > kDnsBytes) {
        return 0;
    }
    const bool is_answer = (byte_at(query, 2) & 0x80) != 0;
    const bool is_standard = (byte_at(query, 2) & 0x78) == 0;
    const std::size_t end = end_of_question(query);
    if (is_answer || !is_standard || pair_at(query, 4) != 1 || end == 0) {
        return 0;
    }
    const bool has_record =
        pair_at(query, end - 4) == kTypeA && pair_at(query, end - 2) == kClassInternet;
    std::memcpy(out, query.data(), end);
    // An answer, with authority; recursion as it was asked for; no error.
    out[2] = static_cast<char>(0x84 | (byte_at(query, 2) & 0x01));
    out[3] = 0;
    const char counts[8] = {0, 1, 0, static_cast<char>(has_record ? 1 : 0), 0, 0, 0, 0};
    std::memcpy(out + 4, counts, sizeof counts);
    if (!has_record) {
        return end;
    }
    // The name is the one at offset 12; it lives for 10 s: the phone soon has another network.
    const unsigned char record[kRecord] = {
        0xC0, kHeader, 0, kTypeA, 0,          kClassInternet, 0,          0,
        0,    10,      0, 4,      address[0], address[1],     address[2], address[3]};
    std::memcpy(out + end, record, kRecord);
    return end + kRecord;
}

}  // namespace peerlens

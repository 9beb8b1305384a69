#include "messages/decoder.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "vectors.hpp"

namespace peerlens {
namespace {

using nlohmann::json;

std::string text_of(const JsonString& string) {
    std::vector<char> buffer(65'536);
    return std::string(string.copy(buffer.data(), buffer.size()));
}

// The canonical form of what was decoded: fields that equal their default are left out.
struct Canonical {
    json operator()(Problem problem) const { return name_of(problem); }
    json operator()(const Registered& m) const {
        return {{"type", "registered"}, {"heartbeatS", m.heartbeat_s}, {"v", m.v}};
    }
    json operator()(const Actuate& m) const {
        json wire = {{"type", "actuate"},
                     {"seq", m.seq},
                     {"ttlMs", m.ttl_ms},
                     {"throttle", m.drive.throttle},
                     {"steering", m.drive.steering},
                     {"heard", {{"atMs", m.heard.at_ms}, {"heldMs", m.heard.held_ms}}}};
        if (m.drive.brake) wire["brake"] = true;
        if (m.accessories.lights) wire["lights"] = true;
        if (m.accessories.horn) wire["horn"] = true;
        if (m.accessories.pan != 0.0) wire["pan"] = m.accessories.pan;
        if (m.accessories.tilt != 0.0) wire["tilt"] = m.accessories.tilt;
        return wire;
    }
    json operator()(const Stop&) const { return {{"type", "stop"}}; }
    json operator()(const ClearStop&) const { return {{"type", "clearStop"}}; }
    json operator()(const Error& m) const {
        json wire = {
            {"type", "error"}, {"problem", text_of(m.problem)}, {"detail", text_of(m.detail)}};
        if (m.session.length() > 0) wire["session"] = text_of(m.session);
        return wire;
    }
    json operator()(const Ping& m) const { return {{"type", "ping"}, {"id", m.id}}; }
    json operator()(const Pong& m) const { return {{"type", "pong"}, {"id", m.id}}; }
};

TEST(Decoder, AcceptsWhatTheVectorsAccept) {
    Decoder decoder;
    for (const char* file : {"gatewayToBoard.json", "signalingToDevice.json"}) {
        const json vectors = load_vectors(file).at("accept");
        for (const json& vector : vectors) {
            SCOPED_TRACE(vector.at("name").get<std::string>());
            const std::string text = vector.at("text");
            json expected = vector.at("message");
            expected.erase("iceServers");  // checked, but of no use to a device
            EXPECT_EQ(std::visit(Canonical{}, decoder.decode(text)), expected);
        }
    }
}

TEST(Decoder, RefusesWhatTheVectorsRefuseAndNamesTheProblem) {
    Decoder decoder;
    const json vectors = load_vectors("gatewayToBoard.json").at("refuse");
    for (const json& vector : vectors) {
        SCOPED_TRACE(vector.at("name").get<std::string>());
        const std::string text = vector.at("text");
        EXPECT_EQ(std::visit(Canonical{}, decoder.decode(text)), vector.at("problem"));
    }
}

// A camera refuses by itself what only a board is told.
TEST(Decoder, RefusesWhatTheVectorsOfACameraRefuse) {
    Decoder decoder;
    const json vectors = load_vectors("signalingToDevice.json").at("refuse");
    for (const json& vector : vectors) {
        SCOPED_TRACE(vector.at("name").get<std::string>());
        const std::string text = vector.at("text");
        const GatewayToBoard decoded = decoder.decode(text);
        const bool of_a_board = std::holds_alternative<Actuate>(decoded) ||
                                std::holds_alternative<Stop>(decoded) ||
                                std::holds_alternative<ClearStop>(decoded);
        EXPECT_EQ(of_a_board ? json("unknown-type") : std::visit(Canonical{}, decoded),
                  vector.at("problem"));
    }
}

TEST(Decoder, AMessageOverTheLimitIsMalformed) {
    Decoder decoder;
    const std::string ping = R"({"type":"ping","id":1})";
    const std::string longest = ping + std::string(kMaxMessageBytes - ping.size(), ' ');
    EXPECT_TRUE(std::holds_alternative<Ping>(decoder.decode(longest)));
    EXPECT_EQ(std::get<Problem>(decoder.decode(longest + " ")), Problem::kMalformedMessage);
}

// Under the sanitizers: no text may do more than be refused.
TEST(Decoder, TakesAnyDamage) {
    const json accepted = load_vectors("gatewayToBoard.json").at("accept");
    Decoder decoder;
    std::mt19937 random(5);
    for (int i = 0; i < 20'000; ++i) {
        std::string text = accepted[random() % accepted.size()].at("text");
        text.resize(text.size() < 2000 ? text.size() : 2000);
        for (unsigned damage = random() % 4; damage > 0; --damage) {
            const std::size_t at = random() % text.size();
            switch (random() % 3) {
                case 0: text[at] = static_cast<char>(random()); break;
                case 1: text.resize(at + 1); break;
                default: text.insert(at, text.substr(random() % text.size(), random() % 20));
            }
        }
        // The exact size, on the heap: reading beyond it is seen.
        const std::vector<char> exact(text.begin(), text.end());
        std::visit(Canonical{}, decoder.decode({exact.data(), exact.size()}));
    }
}

}  // namespace
}  // namespace peerlens

#include "messages/encoder.hpp"

#include <gtest/gtest.h>

#include <string>

#include "vectors.hpp"

namespace peerlens {
namespace {

using nlohmann::json;

DriveState state_named(const std::string& name) {
    for (const DriveState state : {DriveState::kDisarmed, DriveState::kArming, DriveState::kArmed,
                                   DriveState::kNeutral, DriveState::kStopped}) {
        if (name == name_of(state)) {
            return state;
        }
    }
    throw std::runtime_error("no such state: " + name);
}

std::optional<double> optional_number(const json& wire, const char* key) {
    return wire.contains(key) ? std::optional<double>(wire.at(key).get<double>()) : std::nullopt;
}

// Writes what a canonical message of the vectors means.
class Rewriter {
public:
    std::string rewrite(const json& wire) {
        const std::string type = wire.at("type");
        if (type == "register") {
            return std::string(wire.at("role") == "camera" ? register_camera(wire)
                                                           : register_board(wire));
        }
        if (type == "acted") {
            return std::string(encoder_.encode(Acted{wire.at("seq"), wire.at("atMs"),
                                                     state_named(wire.at("state")),
                                                     wire.at("throttle"), wire.at("steering")}));
        }
        if (type == "telemetry")
            return std::string(telemetry(wire));
        if (type == "ping")
            return std::string(encoder_.encode(Ping{wire.at("id")}));
        if (type == "pong")
            return std::string(encoder_.encode(Pong{wire.at("id")}));
        throw std::runtime_error("no such type: " + type);
    }

private:
    std::string_view register_board(const json& wire) {
        const std::string id = wire.at("deviceId");
        const std::string token = wire.value("token", "");
        const std::string model = wire.value("model", "");
        const std::string firmware = wire.value("firmware", "");
        const json can = wire.value("capabilities", json::object());
        const json limits = wire.value("limits", json::object());
        RegisterBoard message;
        message.device_id = id;
        message.v = wire.at("v");
        message.token = token;
        message.capabilities = {can.value("lights", false), can.value("horn", false),
                                can.value("pan", false), can.value("tilt", false),
                                can.value("reverse", true)};
        message.limits = {limits.value("forward", 1.0), limits.value("reverse", 1.0),
                          limits.value("failsafeMs", 250.0)};
        message.model = model;
        message.firmware = firmware;
        return encoder_.encode(message);
    }

    std::string_view register_camera(const json& wire) {
        const std::string id = wire.at("deviceId");
        const std::string url = wire.value("streamUrl", "");
        const std::string token = wire.value("token", "");
        const std::string model = wire.value("model", "");
        const std::string firmware = wire.value("firmware", "");
        return encoder_.encode(RegisterCamera{id, wire.at("v"), url, token, model, firmware});
    }

    std::string_view telemetry(const json& wire) {
        const json health = wire.value("health", json::object());
        return encoder_.encode(Telemetry{
            wire.at("atMs"),
            state_named(wire.at("state")),
            {optional_number(health, "batteryV"), optional_number(health, "batteryPercent"),
             optional_number(health, "rssiDbm")}});
    }

    Encoder encoder_;
};

TEST(Encoder, WritesCanonicallyWhatTheVectorsAccept) {
    Rewriter rewriter;
    for (const char* file : {"boardToGateway.json", "deviceToSignaling.json"}) {
        const json vectors = load_vectors(file).at("accept");
        for (const json& vector : vectors) {
            SCOPED_TRACE(vector.at("name").get<std::string>());
            const std::string written = rewriter.rewrite(vector.at("message"));
            EXPECT_EQ(json::parse(written), vector.at("message"));
        }
    }
}

TEST(Encoder, TheLongestRegistrationFits) {
    std::string token;
    for (int i = 0; i < 512; ++i) {
        token += "🚗";
    }
    const std::string longest(64, 'a');
    const std::string model(400, 'm');
    RegisterBoard message;
    message.device_id = longest;
    message.token = token;
    message.model = model;
    message.firmware = model;
    Encoder encoder;
    EXPECT_EQ(json::parse(encoder.encode(message)).at("token").get<std::string>(), token);
}

}  // namespace
}  // namespace peerlens

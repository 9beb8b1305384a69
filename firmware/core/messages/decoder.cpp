#include "messages/decoder.hpp"

#include "json/object_reader.hpp"

namespace peerlens {
namespace {

constexpr Bounds kAxis{-1.0, 1.0};

template <typename Message>
GatewayToBoard accepted(const ObjectReader& reader, const Message& message) {
    if (!reader.finish()) {
        return Problem::kInvalidField;
    }
    return message;
}

// A RTCIceServer, only checked.
bool is_ice_server(const JsonDocument& document, const JsonNode* node) {
    ObjectReader reader(document, node);
    const JsonNode* url = reader.array("urls", {1, 8}, true);
    for (; url != nullptr; url = document.node(url->next)) {
        const double length =
            url->kind == JsonKind::kString ? static_cast<double>(url->string().length()) : 0;
        if (!Bounds{1, 2000}.hold(length) || !url->string().is_unicode()) {
            reader.refuse();
        }
    }
    reader.optional_string("username", {0, 512});
    reader.optional_string("credential", {0, 512});
    return reader.finish();
}

GatewayToBoard registered(const JsonDocument& document, ObjectReader& reader) {
    Registered message;
    message.heartbeat_s = reader.number("heartbeatS", {0.1, 600.0});
    message.v = reader.integer("v", kProtocolVersion);
    const JsonNode* server = reader.array("iceServers", {0, 16}, false);
    for (; server != nullptr; server = document.node(server->next)) {
        if (!is_ice_server(document, server)) {
            reader.refuse();
        }
    }
    return accepted(reader, message);
}

GatewayToBoard actuate(const JsonDocument& document, ObjectReader& reader) {
    Actuate message;
    message.seq = reader.uint32("seq");
    message.ttl_ms = reader.number("ttlMs", {1.0, 1000.0});
    message.drive.throttle = reader.number("throttle", kAxis);
    message.drive.steering = reader.number("steering", kAxis);
    message.drive.brake = reader.boolean("brake", false);
    message.accessories.lights = reader.boolean("lights", false);
    message.accessories.horn = reader.boolean("horn", false);
    message.accessories.pan = reader.number("pan", kAxis, 0.0);
    message.accessories.tilt = reader.number("tilt", kAxis, 0.0);
    ObjectReader heard(document, reader.object("heard"));
    message.heard.at_ms = heard.number("atMs", {0.0, 1e14});
    message.heard.held_ms = heard.number("heldMs", {0.0, 1e7});
    if (!heard.finish()) {
        reader.refuse();
    }
    return accepted(reader, message);
}

GatewayToBoard error(ObjectReader& reader) {
    Error message;
    message.problem = reader.string("problem", {1, 200});
    message.detail = reader.string("detail", {0, 500});
    message.session = reader.optional_id("session");
    return accepted(reader, message);
}

}  // namespace

GatewayToBoard Decoder::decode(std::string_view text) {
    if (text.size() > kMaxMessageBytes || !document_.parse_object(text)) {
        return Problem::kMalformedMessage;
    }
    const JsonNode* named = document_.member(document_.root(), "type");
    if (named == nullptr || named->kind != JsonKind::kString) {
        return Problem::kUnknownType;
    }
    ObjectReader reader(document_, &document_.root());
    const JsonString type = reader.string("type", {0, 32});
    if (type == "actuate") return actuate(document_, reader);
    if (type == "ping") return accepted(reader, Ping{reader.uint32("id")});
    if (type == "pong") return accepted(reader, Pong{reader.uint32("id")});
    if (type == "stop") return accepted(reader, Stop{});
    if (type == "clearStop") return accepted(reader, ClearStop{});
    if (type == "registered") return registered(document_, reader);
    if (type == "error") return error(reader);
    return Problem::kUnknownType;
}

const char* name_of(Problem problem) {
    switch (problem) {
        case Problem::kMalformedMessage: return "malformed-message";
        case Problem::kUnknownType: return "unknown-type";
        case Problem::kInvalidField: return "invalid-field";
    }
    return "malformed-message";
}

}  // namespace peerlens

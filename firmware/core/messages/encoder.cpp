#include "messages/encoder.hpp"

namespace peerlens {
namespace {

void add_text(JsonWriter& writer, std::string_view key, std::string_view text) {
    if (!text.empty()) {
        writer.add(key, text);
    }
}

template <typename Value>
void add_unless(JsonWriter& writer, std::string_view key, Value value, Value usual) {
    if (value != usual) {
        writer.add(key, value);
    }
}

void add_capabilities(JsonWriter& writer, const BoardCapabilities& can) {
    if (!can.lights && !can.horn && !can.pan && !can.tilt && can.reverse) {
        return;
    }
    writer.open("capabilities");
    add_unless(writer, "lights", can.lights, false);
    add_unless(writer, "horn", can.horn, false);
    add_unless(writer, "pan", can.pan, false);
    add_unless(writer, "tilt", can.tilt, false);
    add_unless(writer, "reverse", can.reverse, true);
    writer.close();
}

void add_limits(JsonWriter& writer, const BoardLimits& limits) {
    const BoardLimits usual;
    if (limits.forward == usual.forward && limits.reverse == usual.reverse &&
        limits.failsafe_ms == usual.failsafe_ms) {
        return;
    }
    writer.open("limits");
    add_unless(writer, "forward", limits.forward, usual.forward);
    add_unless(writer, "reverse", limits.reverse, usual.reverse);
    add_unless(writer, "failsafeMs", limits.failsafe_ms, usual.failsafe_ms);
    writer.close();
}

void add_if_known(JsonWriter& writer, std::string_view key, const std::optional<double>& value) {
    if (value) {
        writer.add(key, *value);
    }
}

void add_health(JsonWriter& writer, const BoardHealth& health) {
    if (!health.battery_v && !health.battery_percent && !health.rssi_dbm) {
        return;
    }
    writer.open("health");
    add_if_known(writer, "batteryV", health.battery_v);
    add_if_known(writer, "batteryPercent", health.battery_percent);
    add_if_known(writer, "rssiDbm", health.rssi_dbm);
    writer.close();
}

}  // namespace

std::string_view Encoder::encode(const RegisterBoard& message) {
    writer_.begin();
    writer_.add("type", "register");
    writer_.add("role", "board");
    writer_.add("deviceId", message.device_id);
    writer_.add("v", message.v);
    add_text(writer_, "token", message.token);
    add_capabilities(writer_, message.capabilities);
    add_limits(writer_, message.limits);
    add_text(writer_, "model", message.model);
    add_text(writer_, "firmware", message.firmware);
    return writer_.finish();
}

std::string_view Encoder::encode(const RegisterCamera& message) {
    writer_.begin();
    writer_.add("type", "register");
    writer_.add("role", "camera");
    writer_.add("deviceId", message.device_id);
    add_text(writer_, "streamUrl", message.stream_url);
    writer_.add("v", message.v);
    add_text(writer_, "token", message.token);
    add_text(writer_, "model", message.model);
    add_text(writer_, "firmware", message.firmware);
    return writer_.finish();
}

std::string_view Encoder::encode(const Acted& message) {
    writer_.begin();
    writer_.add("type", "acted");
    writer_.add("seq", message.seq);
    writer_.add("atMs", message.at_ms);
    writer_.add("state", name_of(message.state));
    writer_.add("throttle", message.throttle);
    writer_.add("steering", message.steering);
    return writer_.finish();
}

std::string_view Encoder::encode(const Telemetry& message) {
    writer_.begin();
    writer_.add("type", "telemetry");
    writer_.add("atMs", message.at_ms);
    writer_.add("state", name_of(message.state));
    add_health(writer_, message.health);
    return writer_.finish();
}

std::string_view Encoder::encode(const Ping& message) {
    writer_.begin();
    writer_.add("type", "ping");
    writer_.add("id", message.id);
    return writer_.finish();
}

std::string_view Encoder::encode(const Pong& message) {
    writer_.begin();
    writer_.add("type", "pong");
    writer_.add("id", message.id);
    return writer_.finish();
}

}  // namespace peerlens

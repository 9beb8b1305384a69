#include "settings/settings_schema.hpp"

#include "settings/frame_size.hpp"

namespace peerlens {
namespace {

constexpr std::string_view kModes[] = {"register", "push", "off"};
constexpr std::string_view kMotors[] = {"esc", "bridge"};

// The calls of a visitor, for fields of any type.
class Fields {
public:
    explicit Fields(SettingsVisitor& visitor) : visitor_(visitor) {}

    template <std::size_t N>
    void text(std::string_view name, Text<N>& field, TextForm form,
              Secrecy secrecy = Secrecy::kOpen) {
        if (const auto wanted = visitor_.text(name, field.view(), N, form, secrecy)) {
            field.assign(*wanted);
        }
    }
    template <std::size_t N>
    void secret(std::string_view name, Text<N>& field, TextForm form) {
        text(name, field, form, Secrecy::kSecret);
    }
    void number(std::string_view name, double& field, Bounds bounds) {
        field = visitor_.number(name, field, bounds, false).value_or(field);
    }
    void whole(std::string_view name, std::uint32_t& field, Bounds bounds) {
        if (const auto wanted = visitor_.number(name, field, bounds, true)) {
            field = static_cast<std::uint32_t>(*wanted);
        }
    }
    void flag(std::string_view name, bool& field) {
        field = visitor_.flag(name, field).value_or(field);
    }
    template <typename Choice>
    void choice(std::string_view name, Choice& field, Names names) {
        if (const auto wanted = visitor_.choice(name, static_cast<std::size_t>(field), names)) {
            field = static_cast<Choice>(*wanted);
        }
    }
    void open(std::string_view group) { visitor_.open(group); }
    void close() { visitor_.close(); }

private:
    SettingsVisitor& visitor_;
};

void visit_camera(CameraSettings& camera, Fields& fields) {
    std::string_view sizes[kFrameSizes.size()];
    for (std::size_t i = 0; i < kFrameSizes.size(); ++i) {
        sizes[i] = kFrameSizes[i].name;
    }
    fields.open("camera");
    fields.choice("frameSize", camera.frame_size, {sizes, kFrameSizes.size()});
    fields.whole("quality", camera.quality, {4, 63});
    fields.whole("fps", camera.fps, {1, 60});
    fields.whole("xclkMhz", camera.xclk_mhz, {8, 24});
    fields.flag("hmirror", camera.hmirror);
    fields.flag("vflip", camera.vflip);
    fields.close();
}

void visit_servo(std::string_view name, ServoSettings& servo, Fields& fields) {
    fields.open(name);
    fields.whole("centreUs", servo.centre_us, {1000, 2000});
    fields.whole("rangeUs", servo.range_us, {0, 1000});
    fields.number("trim", servo.trim, {-0.5, 0.5});
    fields.flag("invert", servo.invert);
    fields.close();
}

void visit_motor(MotorSettings& motor, Fields& fields) {
    fields.open("motor");
    fields.choice("kind", motor.kind, {kMotors, 2});
    fields.flag("invert", motor.invert);
    fields.whole("rampMs", motor.ramp_ms, {0, 2000});
    fields.whole("reversalMs", motor.reversal_ms, {0, 1000});
    fields.whole("neutralUs", motor.neutral_us, {1000, 2000});
    fields.whole("rangeUs", motor.range_us, {0, 1000});
    fields.whole("armingMs", motor.arming_ms, {0, 10'000});
    fields.flag("brakes", motor.brakes);
    fields.whole("frequencyHz", motor.frequency_hz, {100, 40'000});
    fields.number("leastDuty", motor.least_duty, {0.0, 0.9});
    fields.close();
}

void visit_board(BoardDeviceSettings& board, Fields& fields) {
    fields.open("board");
    visit_servo("steering", board.pins.steering, fields);
    visit_motor(board.pins.motor, fields);
    visit_servo("panServo", board.pins.pan, fields);
    visit_servo("tiltServo", board.pins.tilt, fields);
    fields.open("battery");
    fields.flag("fitted", board.battery.fitted);
    fields.whole("cells", board.battery.cells, {1, 6});
    fields.number("divider", board.battery.divider, {1.0, 20.0});
    fields.number("emptyCellV", board.battery.empty_cell_v, {0.8, 4.0});
    fields.number("fullCellV", board.battery.full_cell_v, {0.9, 4.5});
    fields.close();
    fields.number("mostForward", board.most_forward, {0.0, 1.0});
    fields.number("mostReverse", board.most_reverse, {0.0, 1.0});
    fields.whole("failsafeMs", board.failsafe_ms, {100, 500});
    fields.flag("reverse", board.reverse);
    fields.flag("lights", board.lights);
    fields.flag("horn", board.horn);
    fields.flag("pan", board.pan);
    fields.flag("tilt", board.tilt);
    fields.close();
}

}  // namespace

void visit(Settings& settings, DeviceKind kind, SettingsScope scope, SettingsVisitor& visitor) {
    Fields fields(visitor);
    fields.open("wifi");
    fields.text("ssid", settings.wifi.ssid, TextForm::kWifiName);
    fields.secret("password", settings.wifi.password, TextForm::kWifiPassword);
    fields.close();
    fields.open("identity");
    fields.text("id", settings.identity.id, TextForm::kId);
    fields.secret("token", settings.identity.token, TextForm::kDeviceToken);
    fields.text("hostname", settings.identity.hostname, TextForm::kLabel);
    if (scope == SettingsScope::kKept) {
        fields.secret("setupCode", settings.identity.setup_code, TextForm::kPassword);
    }
    fields.close();
    fields.open("server");
    fields.text("url", settings.server.url, TextForm::kWebSocketUrl);
    fields.choice("mode", settings.server.mode, {kModes, 3});
    fields.secret("caPem", settings.server.ca_pem, TextForm::kCertificates);
    fields.text("streamUrl", settings.server.stream_url, TextForm::kStreamUrl);
    fields.close();
    fields.open("access");
    fields.text("user", settings.access.user, TextForm::kUser);
    fields.secret("password", settings.access.password, TextForm::kPassword);
    fields.secret("token", settings.access.token, TextForm::kToken);
    fields.flag("openPictures", settings.access.open_pictures);
    fields.close();
    fields.open("network");
    fields.text("ntpServer", settings.network.ntp_server, TextForm::kHost);
    fields.secret("ddnsUrl", settings.network.ddns_url, TextForm::kUpdateUrl);
    fields.close();
    if (kind == DeviceKind::kCamera) {
        visit_camera(settings.camera, fields);
    } else {
        visit_board(settings.board, fields);
    }
    fields.open("update");
    fields.text("publicKey", settings.update_public_key, TextForm::kPublicKey);
    fields.close();
}

}  // namespace peerlens

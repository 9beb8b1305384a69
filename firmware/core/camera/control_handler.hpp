// GET /control?var=NAME&val=VALUE: sets one thing of a camera, until it is restarted.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "camera/sensor_control.hpp"
#include "http/http_handler.hpp"

namespace peerlens {

// Something beside the sensor's settings that can be set.
class ControlVariable {
public:
    virtual std::string_view name() const = 0;
    // What it may be, for whoever got it wrong: "on, off".
    virtual std::string_view expected() const = 0;
    // Returns false when it cannot be `value`.
    virtual bool set(std::string_view value) = 0;

protected:
    ~ControlVariable() = default;
};

// framesize (by name: VGA), quality, fps, hmirror, vflip, and what was added.
class ControlHandler final : public HttpHandler {
public:
    static constexpr std::size_t kMost = 8;

    explicit ControlHandler(SensorControl& sensor) : sensor_(sensor) {}

    // The variable must outlive this. Returns false when there are too many.
    bool add(ControlVariable& variable);

    std::string_view path() const override { return "/control"; }
    bool is_cross_origin() const override { return true; }
    void handle(const HttpRequest& request, HttpResponse& response) override;

private:
    void set_sensor(std::string_view name, std::string_view value, HttpResponse& response);

    SensorControl& sensor_;
    std::array<ControlVariable*, kMost> variables_{};
    std::size_t count_ = 0;
};

}  // namespace peerlens

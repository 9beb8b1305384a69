#include "camera/control_handler.hpp"

#include <charconv>

#include "base/text_writer.hpp"
#include "http/query_value.hpp"
#include "settings/frame_size.hpp"

namespace peerlens {
namespace {

bool read_whole(std::string_view text, std::uint32_t at_least, std::uint32_t at_most,
                std::uint32_t& value) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && value >= at_least &&
           value <= at_most;
}

bool read_switch(std::string_view text, bool& value) {
    value = text == "1";
    return value || text == "0";
}

bool read_size(std::string_view text, FrameSize& size) {
    for (std::size_t i = 0; i < kFrameSizes.size(); ++i) {
        if (kFrameSizes[i].name == text) {
            size = static_cast<FrameSize>(i);
            return true;
        }
    }
    return false;
}

void refuse_value(std::string_view name, std::string_view value, std::string_view expected,
                  HttpResponse& response) {
    char buffer[160];
    TextWriter text(buffer, sizeof buffer);
    text.add(name).add(" '").add(value).add("'");
    response.refuse(400, text.view(), ": expected ", expected);
}

}  // namespace

bool ControlHandler::add(ControlVariable& variable) {
    if (count_ == kMost) {
        return false;
    }
    variables_[count_++] = &variable;
    return true;
}

void ControlHandler::handle(const HttpRequest& request, HttpResponse& response) {
    const QueryValue name(request.query, "var");
    const QueryValue value(request.query, "val");
    if (!name.is_valid() || !value.is_valid()) {
        return response.refuse(400, "expected /control?var=NAME&val=VALUE");
    }
    for (std::size_t i = 0; i < count_; ++i) {
        ControlVariable& variable = *variables_[i];
        if (variable.name() != name.view()) {
            continue;
        }
        if (!variable.set(value.view())) {
            return refuse_value(name.view(), value.view(), variable.expected(), response);
        }
        return response.text(200, "");
    }
    set_sensor(name.view(), value.view(), response);
}

void ControlHandler::set_sensor(std::string_view name, std::string_view value,
                                HttpResponse& response) {
    CameraSettings settings = sensor_.settings();
    if (name == "framesize") {
        if (!read_size(value, settings.frame_size)) {
            return refuse_value(name, value, "QVGA, CIF, HVGA, VGA, SVGA, XGA, HD, SXGA or UXGA",
                                response);
        }
    } else if (name == "quality") {
        if (!read_whole(value, 4, 63, settings.quality)) {
            return refuse_value(name, value, "4 (best) to 63", response);
        }
    } else if (name == "fps") {
        if (!read_whole(value, 1, 60, settings.fps)) {
            return refuse_value(name, value, "1 to 60", response);
        }
    } else if (name == "hmirror" || name == "vflip") {
        if (!read_switch(value, name == "vflip" ? settings.vflip : settings.hmirror)) {
            return refuse_value(name, value, "0 or 1", response);
        }
    } else {
        return response.refuse(404, "no setting ", name, ": see /status for those that there are");
    }
    if (!sensor_.apply(settings)) {
        return response.refuse(503, "the sensor did not take ", name, " ", value);
    }
    response.text(200, "");
}

}  // namespace peerlens

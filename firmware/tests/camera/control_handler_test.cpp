#include "camera/control_handler.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "camera/scripted_sensor.hpp"

namespace peerlens {
namespace {

struct Lamp final : public ControlVariable {
    std::string_view name() const override { return "lamp"; }
    std::string_view expected() const override { return "on or off"; }
    bool set(std::string_view value) override {
        is_on = value == "on";
        return is_on || value == "off";
    }

    bool is_on = false;
};

class ControlHandlerTest : public ::testing::Test {
protected:
    // Returns the status and, behind it, the text.
    std::string ask(const std::string& query) {
        response_.begin();
        HttpRequest request;
        request.query = query;
        handler_.handle(request, response_);
        return std::to_string(response_.status()) + " " + std::string(response_.bytes());
    }
    std::string set(const std::string& name, const std::string& value) {
        return ask("var=" + name + "&val=" + value);
    }

    ScriptedSensor sensor_;
    ControlHandler handler_{sensor_};
    HttpResponse response_;
};

TEST_F(ControlHandlerTest, SetsTheSensor) {
    EXPECT_EQ(set("framesize", "HVGA"), "200 ");
    EXPECT_EQ(set("quality", "63"), "200 ");
    EXPECT_EQ(set("fps", "1"), "200 ");
    EXPECT_EQ(set("hmirror", "1"), "200 ");
    EXPECT_EQ(set("vflip", "1"), "200 ");
    EXPECT_EQ(set("hmirror", "0"), "200 ");
    EXPECT_EQ(sensor_.now.frame_size, FrameSize::kHvga);
    EXPECT_EQ(sensor_.now.quality, 63U);
    EXPECT_EQ(sensor_.now.fps, 1U);
    EXPECT_FALSE(sensor_.now.hmirror);
    EXPECT_TRUE(sensor_.now.vflip);
}

TEST_F(ControlHandlerTest, SaysWhatWasWrongAndWhatIsExpected) {
    EXPECT_EQ(set("framesize", "8"),
              "400 framesize '8': expected QVGA, CIF, HVGA, VGA, SVGA, XGA, HD, SXGA or UXGA\n");
    EXPECT_EQ(set("quality", "3"), "400 quality '3': expected 4 (best) to 63\n");
    EXPECT_EQ(set("quality", "64"), "400 quality '64': expected 4 (best) to 63\n");
    EXPECT_EQ(set("fps", "0"), "400 fps '0': expected 1 to 60\n");
    EXPECT_EQ(set("fps", "-1"), "400 fps '-1': expected 1 to 60\n");
    EXPECT_EQ(set("fps", "1e1"), "400 fps '1e1': expected 1 to 60\n");
    EXPECT_EQ(set("fps", "99999999999"), "400 fps '99999999999': expected 1 to 60\n");
    EXPECT_EQ(set("fps", ""), "400 fps '': expected 1 to 60\n");
    EXPECT_EQ(set("hmirror", "true"), "400 hmirror 'true': expected 0 or 1\n");
    EXPECT_EQ(set("nonsense", "1"),
              "404 no setting nonsense: see /status for those that there are\n");
    for (const char* query : {"", "var=fps", "val=1", "var=fps&val=%00", "var=%zz&val=1"}) {
        EXPECT_EQ(ask(query), "400 expected /control?var=NAME&val=VALUE\n") << query;
    }
    EXPECT_EQ(sensor_.attempts, 0);
}

TEST_F(ControlHandlerTest, SaysThatTheSensorCannot) {
    sensor_.works = false;
    EXPECT_EQ(set("framesize", "UXGA"), "503 the sensor did not take framesize UXGA\n");
    EXPECT_EQ(sensor_.now.frame_size, FrameSize::kVga);
}

TEST_F(ControlHandlerTest, SetsWhatWasAdded) {
    Lamp lamp;
    EXPECT_TRUE(handler_.add(lamp));
    EXPECT_EQ(set("lamp", "on"), "200 ");
    EXPECT_TRUE(lamp.is_on);
    EXPECT_EQ(set("lamp", "dim"), "400 lamp 'dim': expected on or off\n");
    for (std::size_t i = 1; i < ControlHandler::kMost; ++i) {
        EXPECT_TRUE(handler_.add(lamp));
    }
    EXPECT_FALSE(handler_.add(lamp));
}

TEST_F(ControlHandlerTest, IsForWhoMayChangeThings) {
    EXPECT_EQ(handler_.access(), HttpAccess::kAdmin);
}

}  // namespace
}  // namespace peerlens

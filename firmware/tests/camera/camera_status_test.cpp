#include "camera/camera_status.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "camera/scripted_sensor.hpp"
#include "camera/small_store.hpp"

namespace peerlens {
namespace {

using nlohmann::json;

class CameraStatusTest : public ::testing::Test {
protected:
    json status() {
        JsonWriter writer;
        status_.write(writer, 0);
        return json::parse(writer.finish());
    }

    SmallStore<> store_;
    ScriptedSensor sensor_;
    StreamHandler streams_{store_.frames, sensor_};
    CameraStatus status_{store_.frames, sensor_, streams_};
};

TEST_F(CameraStatusTest, TellsWhatTheCameraDoes) {
    HttpResponse response;
    response.begin();
    streams_.handle(HttpRequest(), response);
    store_.frames.publish("jpeg", 1);
    store_.frames.publish("", 1);
    EXPECT_EQ(status(), json::parse(R"({"sensor":"OV2640","framesize":"VGA","width":640,
        "height":480,"quality":12,"fps":25,"hmirror":false,"vflip":false,"measured_fps":0,
        "streams":1,"frames":1,"frames_refused":1})"));
}

TEST_F(CameraStatusTest, MeasuresTheFrameRateAcrossTheClocksWrap) {
    std::uint32_t now = 0xFFFF'FFFF - 3'000;
    status_.tick(now);
    for (int i = 0; i < 150; ++i) {
        now += 40;
        store_.frames.publish("jpeg", 1);
        status_.tick(now);
    }
    EXPECT_DOUBLE_EQ(status().at("measured_fps").get<double>(), 25.0);
    status_.tick(now + 10'000);
    status_.tick(now + 20'000);
    EXPECT_DOUBLE_EQ(status().at("measured_fps").get<double>(), 0.0);
}

}  // namespace
}  // namespace peerlens

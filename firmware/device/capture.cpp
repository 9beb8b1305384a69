#include "device/capture.hpp"

namespace peerlens {

void Capture::step() {
    const CapturedFrame frame = source_.next(kWaitMs);
    if (!frame.jpeg.empty() && frames_.publish(frame.jpeg, frame.captured_us)) {
        wakeup_.wake();
    }
}

}  // namespace peerlens

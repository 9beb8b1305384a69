// All that a board's pins get.
#pragma once

#include "drive/failsafe.hpp"
#include "messages/messages.hpp"

namespace peerlens {

// As made: disarmed and neutral, everything off.
struct Outputs {
    DriveState state = DriveState::kDisarmed;
    DriveOutput drive;
    Accessories accessories;
};

// The same with the motor neutral and the horn off, for when nobody is in control. Lights and the
// camera's servo stay as they are: neither moves the car.
inline Outputs made_neutral(Outputs outputs) {
    const bool stopped = outputs.state == DriveState::kStopped;
    outputs.state = stopped ? DriveState::kStopped : DriveState::kDisarmed;
    outputs.drive = DriveOutput{};
    outputs.accessories.horn = false;
    return outputs;
}

}  // namespace peerlens

"""The car that somebody drives, beside the one that laps by itself."""

from peerlens.virtual_camera.car import Car, Controls
from peerlens.virtual_camera.field import Field
from peerlens.virtual_car.outputs import NEUTRAL, Outputs

START = (-0.75, -2.05, 0.0)
"""Where it is parked: x, y, heading; beside the start straight, in front of everything."""
_STEP_S = 0.01


class DrivenCar:
    """Moves as ``outputs`` say, which may be replaced from any thread and at any time.

    Everything else belongs to the thread that renders. A pause between two pictures is a pause
    of the car.
    """

    def __init__(self) -> None:
        self.outputs: Outputs = NEUTRAL
        x, y, heading = START
        self.car = Car(x, y, heading, braking=NEUTRAL.brake)

    def advance(self, duration_s: float, field: Field) -> Outputs:
        """Drive on within ``field``, and return the outputs that it was driven by."""
        outputs = self.outputs
        # Steering to the right is positive on the wire, negative in the scene.
        controls = Controls(outputs.throttle, -outputs.steering, outputs.brake)
        while duration_s > 0:
            self._step(min(duration_s, _STEP_S), controls, field)
            duration_s -= _STEP_S
        return outputs

    def _step(self, duration_s: float, controls: Controls, field: Field) -> None:
        car = self.car
        before = car.x, car.y, car.heading
        car.step(duration_s, controls)
        if not field.holds(car):
            # Back to where it still was inside, so that it can always drive away again.
            car.x, car.y, car.heading = before
            car.speed_m_s = 0.0

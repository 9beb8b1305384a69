"""What the virtual car's board would measure of itself."""

import math

from protocol.messages import BoardHealth


def simulated_health(now_ms: int) -> BoardHealth:
    """Return its state ``now_ms`` after boot, as the firmware's own twin simulates it.

    A 2-cell lithium battery that falls by 1 % in 20 s, from 8.4 V to 6.4 V, and reception that
    wavers by 6 dB around -58 dBm.
    """
    running_s = now_ms / 1_000
    percent = max(0.0, 100.0 - running_s / 20)
    wave = math.sin(running_s * 0.7) + math.sin(running_s * 2.3)
    return BoardHealth(
        battery_v=round(6.4 + percent / 100 * 2.0, 2),
        battery_percent=round(percent, 1),
        rssi_dbm=float(round(-58 + 3 * wave)),
    )

"""``GET /api/relay`` and the metrics beside it."""

import time

from edge.roles import Role
from protocol.messages import Join, Next, RegisterCamera
from signaling.settings import SignalingLimits
from tests.support.mjpeg import pictures
from tests.support.picture_client import Viewer
from tests.support.polling import until
from tests.support.signaling_server import signaling_server
from tests.support.tokens import bearer

[PICTURE] = pictures(1)


async def test_what_is_relayed_is_shown_to_admins() -> None:
    limits = SignalingLimits(relay_kbps_per_camera=8_000)
    async with (
        signaling_server(limits, with_tokens=True) as server,
        await server.connect("/ws/esp32") as camera,
        server.client.ws_connect("/ws/viewer") as socket,
    ):
        await camera.send(RegisterCamera("cam-1", token=server.token(Role.DEVICE)))
        await camera.expect("registered")
        viewer = await Viewer(socket).say(Join("cam-1", token=server.token(Role.VIEWER)), Next())
        await camera.send(PICTURE)
        assert (await viewer.picture()).data == PICTURE
        async with server.client.get("/api/relay", headers=bearer(Role.VIEWER)) as refused:
            assert refused.status == 403
        async with server.client.get("/api/relay", headers=bearer(Role.ADMIN)) as response:
            [shown] = await response.json()
        assert abs(shown.pop("sinceMs") - time.time() * 1000) < 60_000
        assert shown == {
            "camera": "cam-1",
            "bytesIn": len(PICTURE),
            "bytesOut": len(PICTURE),
            "viewers": 1,
            "analyzers": 0,
            "leftOut": {"slow": 0, "broken": 0, "fps": 0, "limit": 0},
            "limitKbps": 8_000,
        }
        async with server.client.get("/metrics", headers=bearer(Role.ADMIN)) as response:
            metrics = (await response.text()).splitlines()
        for direction in ("in", "out"):
            labels = f'{{camera="cam-1",direction="{direction}"}}'
            assert f"peerlens_relayed_bytes_total{labels} {len(PICTURE)}.0" in metrics


async def test_the_bytes_of_signalings_own_messages_are_counted() -> None:
    async with signaling_server(with_tokens=True) as server, await server.browser():
        async with server.client.get("/metrics", headers=bearer(Role.ADMIN)) as response:
            metrics = (await response.text()).splitlines()
        values = {
            line.split()[0]: float(line.split()[1])
            for line in metrics
            if line.startswith("peerlens_signaling_bytes_total")
        }
    assert set(values) == {
        f'peerlens_signaling_bytes_total{{direction="{way}"}}' for way in ("in", "out")
    }
    assert all(40 < value < 1_000 for value in values.values())


async def test_snapshots_are_counted_and_keep_to_the_limit() -> None:
    limits = SignalingLimits(relay_kbps_per_camera=len(PICTURE) * 8 / 1_000)
    async with (
        signaling_server(limits, with_tokens=True) as server,
        await server.connect("/ws/esp32") as camera,
    ):
        await camera.send(RegisterCamera("cam-1", token=server.token(Role.DEVICE)))
        await camera.expect("registered")
        await camera.send(PICTURE)
        traffic = server.service.traffic_of("cam-1")
        await until(lambda: traffic.pictures_in == 1, "the picture")
        statuses, size = [], 0
        for _ in range(8):
            async with server.client.get(
                "/cam-1/snapshot.jpg", headers=bearer(Role.VIEWER)
            ) as response:
                statuses.append(response.status)
                if response.status == 200:
                    size += len(await response.read())
                else:
                    assert response.headers["Retry-After"]
                    assert (await response.json())["type"] == "urn:peerlens:problem:overloaded"
        assert statuses[0] == 200
        assert statuses[-1] == 503
        assert traffic.bytes_out == size

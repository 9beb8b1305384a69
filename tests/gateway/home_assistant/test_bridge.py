"""Cameras at a real broker: what they tell it, and what it may tell them."""

import asyncio
import contextlib
import gc
import json
import logging
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from gateway.camera import Camera
from gateway.events.settings import EventsSettings
from gateway.gateway import Gateway
from gateway.home_assistant.bridge import HomeAssistant
from gateway.home_assistant.settings import MqttSettings
from gateway.metrics import GatewayMetrics
from gateway.motion_settings import MotionSettings
from gateway.settings import CameraSettings, WebrtcSettings
from peerlens.virtual_camera import VirtualCamera
from tests.support.certificates import certificates
from tests.support.intruder import Intruder
from tests.support.mosquitto import HOST, Mosquitto, listener, mosquitto
from tests.support.polling import until

ROOT = "peerlens/local"
EVENTS = EventsSettings(clips=False)
STILL = MotionSettings(enabled=False)


def settings(broker: Mosquitto, **more: Any) -> MqttSettings:
    return MqttSettings(host=HOST, port=broker.port, **more)


@contextlib.asynccontextmanager
async def cameras(
    folder: Path, mqtt: MqttSettings, *ids: str, motion: MotionSettings = STILL, source: str = ""
) -> AsyncIterator[tuple[Gateway, HomeAssistant]]:
    made = CameraSettings(source=source or "synthetic:?width=320&height=240&fps=15", motion=motion)
    gateway = Gateway(
        dict.fromkeys(ids or ("front",), made),
        WebrtcSettings(),
        events=EVENTS,
        mqtt=mqtt,
        state_dir=folder / "state",
    )
    async with gateway:
        assert gateway.home_assistant is not None
        yield gateway, gateway.home_assistant


async def test_cameras_are_discovered_and_stay_known_to_who_comes_later(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        async with cameras(tmp_path, settings(broker), "front", "yard.2") as (_, bridge):
            await until(lambda: bridge.link.published >= 21, "all to be told")
            async with listener(broker) as home:
                for camera in ("front", "yard.2"):
                    await home.shows(f"{ROOT}/{camera}/detection", "OFF")
                await home.shows(f"{ROOT}/availability", "online")
                found = {
                    topic: json.loads(payload)
                    for topic, payload in home.newest.items()
                    if topic.startswith("homeassistant/")
                }
        components = [topic.split("/")[1] for topic in found]
        assert sorted(set(components)) == ["binary_sensor", "image", "number", "switch"]
        assert len(found) == 10
        for config in found.values():
            for key in ("state_topic", "image_topic"):
                assert key not in config or config[key].startswith(f"{ROOT}/")

        async with listener(broker) as home:
            await home.shows(f"{ROOT}/availability", "offline")
            assert len([topic for topic in home.newest if topic.startswith("homeassistant")]) == 10


async def test_motion_comes_and_goes_with_the_picture_of_the_event(tmp_path: Path) -> None:
    intruder = Intruder()
    motion = MotionSettings(classify=False)
    with mosquitto(tmp_path) as broker:
        async with (
            VirtualCamera(intruder) as virtual,
            listener(broker) as home,
            cameras(tmp_path, settings(broker), motion=motion, source=virtual.url) as (gateway, _),
        ):
            # Nobody watches: it is open because motion is to be detected.
            await home.shows(f"{ROOT}/front/availability", "online")
            await home.shows(f"{ROOT}/front/motion", "OFF")
            camera = gateway.cameras["front"]
            await until(lambda: camera.frames > 3 * intruder.fps, "the scene to be known", 20.0)
            intruder.moving = True
            await home.shows(f"{ROOT}/front/motion", "ON")
            jpeg = await home.has(f"{ROOT}/front/image")
            assert jpeg.startswith(b"\xff\xd8")
            intruder.moving = False
            await home.shows(f"{ROOT}/front/motion", "OFF")
            await until(
                lambda: "endMs" in json.loads(home.newest[f"{ROOT}/front/event"]), "the end"
            )
            event = json.loads(home.newest[f"{ROOT}/front/event"])
            assert event["camera"] == "front"
            assert home.newest[f"{ROOT}/front/person"] == b"OFF"
            stored = await gateway.recording.snapshot(event["id"])
            assert stored is not None
            await home.shows(f"{ROOT}/front/image", stored)
            shown = [payload for topic, payload in home.history if topic == f"{ROOT}/front/image"]
            assert all(a != b for a, b in pairwise(shown)), "each picture goes there once"

            # Whoever deletes the event does not want its picture shown on.
            await gateway.recording.delete(event["id"])
            await home.shows(f"{ROOT}/front/image", b"")
            await home.shows(f"{ROOT}/front/event", b"")


async def test_switch_and_number_change_the_detector_and_are_remembered(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        async with (
            listener(broker) as home,
            cameras(tmp_path, settings(broker), motion=MotionSettings()) as (gateway, bridge),
        ):
            camera = gateway.cameras["front"]
            await home.shows(f"{ROOT}/front/detection", "ON")
            await home.shows(f"{ROOT}/front/threshold", "0.1")
            await home.shows(f"{ROOT}/front/motion", "ON")

            await home.publish(f"{ROOT}/front/threshold/set", "0.25")
            await home.shows(f"{ROOT}/front/threshold", "0.25")
            assert camera.motion_settings.threshold == 0.25
            await home.publish(f"{ROOT}/front/detection/set", "OFF")
            await home.shows(f"{ROOT}/front/detection", "OFF")
            assert not camera.motion_settings.enabled
            await home.shows(f"{ROOT}/front/motion", "OFF")
            await home.shows(f"{ROOT}/front/availability", "offline")

            for topic, payload in (
                ("front/threshold/set", "7"),
                ("front/detection/set", "perhaps"),
                ("yard/detection/set", "ON"),
            ):
                await home.publish(f"{ROOT}/{topic}", payload)
            await until(lambda: bridge.refused == 3, "the refusals")
            assert camera.motion_settings.threshold == 0.25
            # What asked is told how it is: it shows what it asked for until then.
            home.newest.clear()
            await home.publish(f"{ROOT}/front/threshold/set", "-1")
            await home.shows(f"{ROOT}/front/threshold", "0.25")

            # The page changes it, too.
            gateway.motion_memory.change(camera, {"threshold": 0.3})
            await home.shows(f"{ROOT}/front/threshold", "0.3")
        async with cameras(tmp_path, settings(broker), motion=MotionSettings()) as (gateway, _):
            assert gateway.cameras["front"].motion_settings.threshold == 0.3
            assert not gateway.cameras["front"].motion_settings.enabled


async def test_a_flood_of_commands_is_a_few_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mosquitto(tmp_path) as broker:
        async with listener(broker) as home, cameras(tmp_path, settings(broker)) as (gateway, _):
            changes: list[object] = []
            change = gateway.motion_memory.change

            def counted(camera: Camera, wanted: Mapping[str, Any]) -> "asyncio.Future[Any]":
                changes.append(wanted)
                return change(camera, wanted)

            monkeypatch.setattr(gateway.motion_memory, "change", counted)
            await home.shows(f"{ROOT}/availability", "online")
            for count in range(300):
                await home.publish(f"{ROOT}/front/threshold/set", f"{count / 300:.3f}")
            await home.shows(f"{ROOT}/front/threshold", "0.997")
            assert 1 <= len(changes) < 100, "each is a write to the disk"


async def test_who_restarts_is_told_everything_again(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        async with cameras(tmp_path, settings(broker)) as (_, bridge):
            async with listener(broker) as home:
                await home.shows(f"{ROOT}/availability", "online")
                home.newest.clear()
                await home.publish("homeassistant/status", "online")
                await home.shows(f"{ROOT}/availability", "online")
                assert [topic for topic in home.newest if topic.endswith("/motion/config")]

            broker.kill()
            await until(lambda: bridge.link.problem, "the loss to be noticed")
            assert not bridge.link.connected
            broker.start()
            await until(lambda: bridge.link.connected, "the broker to be found again")
            async with listener(broker) as home:
                await home.shows(f"{ROOT}/availability", "online")
                await home.shows(f"{ROOT}/front/detection", "OFF")
        assert bridge.link.connects == 2


async def test_a_camera_that_is_no_more_is_removed_from_the_broker(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        async with cameras(tmp_path, settings(broker), "front", "yard") as (_, bridge):
            await until(lambda: bridge.link.published >= 21, "all to be told")
        async with cameras(tmp_path, settings(broker), "front") as (_, bridge):
            await until(lambda: bridge.link.published >= 11 + 12, "all to be told")
            async with listener(broker) as home:
                await home.shows(f"{ROOT}/availability", "online")
                await home.shows(f"{ROOT}/front/availability", "offline")
                assert [topic for topic in home.newest if "yard" in topic] == []


async def test_a_picture_from_before_goes_when_none_are_to_be_shown(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        async with listener(broker) as home:
            await home.publish(f"{ROOT}/front/image", b"\xff\xd8", retain=True)
            async with cameras(tmp_path, settings(broker, images=False)):
                await home.shows(f"{ROOT}/front/image", b"")
                await home.shows(f"{ROOT}/availability", "online")
            assert not [
                topic
                for topic, payload in home.newest.items()
                if topic.startswith("homeassistant/image/") and payload
            ]


async def test_a_wrong_password_is_told_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.home_assistant.broker_link.REFUSED_RETRY_S", 0.05)
    monkeypatch.setattr("gateway.home_assistant.broker_link.RETRY_MOST_S", 0.05)
    caplog.set_level(logging.INFO)
    with mosquitto(tmp_path, password="right") as broker:
        wrong = settings(broker, username="peerlens", password="wrong-one")
        async with cameras(tmp_path, wrong) as (gateway, bridge):
            await until(lambda: broker.log.count("not authorised") >= 3, "several attempts", 20.0)
            assert bridge.link.problem is not None
            assert "refuses the username or the password" in bridge.link.problem
            # Pictures do not depend on it.
            await asyncio.wait_for(gateway.cameras["front"].next_jpeg(), 10.0)
        right = settings(broker, username="peerlens", password="right")
        async with cameras(tmp_path, right) as (_, bridge):
            await until(lambda: bridge.link.connected, "the right one to be taken")
    told = [record for record in caplog.records if "refuses the username" in record.message]
    assert len([record for record in told if record.levelno >= logging.WARNING]) == 1
    assert "wrong-one" not in caplog.text


# The library leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_tls_by_an_authority_of_its_own(tmp_path: Path) -> None:
    tls = certificates(tmp_path, HOST)
    with mosquitto(tmp_path, tls=tls) as broker:
        async with cameras(tmp_path, settings(broker, tls=True, tls_ca=tls.authority)) as (_, own):
            await until(lambda: own.link.published >= 11, "all to be told")
        async with cameras(tmp_path, settings(broker, tls=True)) as (_, bridge):
            await until(lambda: bridge.link.problem, "the refusal")
            assert "certificate verify failed" in str(bridge.link.problem)
            assert bridge.link.connects == 0
        missing = settings(broker, tls=True, tls_ca=tmp_path / "none.pem")
        async with cameras(tmp_path, missing) as (_, bridge):
            await until(lambda: bridge.link.problem, "the refusal")
            assert "none.pem cannot be used" in str(bridge.link.problem)
    gc.collect()


async def test_a_broker_that_says_nothing_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.home_assistant.broker_link.REPLY_TIMEOUT_S", 0.3)
    with socket.create_server((HOST, 0)) as silent:
        mqtt = MqttSettings(host=HOST, port=silent.getsockname()[1])
        async with cameras(tmp_path, mqtt, motion=MotionSettings()) as (gateway, bridge):
            camera = gateway.cameras["front"]
            await until(lambda: bridge.link.problem, "the silence to be noticed")
            before = camera.frames
            await until(lambda: camera.frames > before + 15, "pictures meanwhile")
            # Motion comes and goes, and what waits does not grow with it.
            assert len(bridge.outbox) <= 7


async def test_a_broker_that_stops_reading_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.home_assistant.broker_link.REPLY_TIMEOUT_S", 1.0)
    with mosquitto(tmp_path) as broker:
        async with cameras(tmp_path, settings(broker)) as (gateway, bridge):
            await until(lambda: bridge.link.published >= 11, "all to be told")
            assert broker.process is not None
            broker.process.send_signal(signal.SIGSTOP)
            for threshold in (0.2, 0.3, 0.4):
                gateway.motion_memory.change(gateway.cameras["front"], {"threshold": threshold})
            await until(lambda: not bridge.link.connected, "it to be given up")
            assert bridge.outbox.overtaken >= 1
            broker.process.send_signal(signal.SIGCONT)
            await until(lambda: bridge.link.connected, "it to be found again")
            async with listener(broker) as home:
                await home.shows(f"{ROOT}/front/threshold", "0.4")


async def test_figures(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        async with cameras(tmp_path, settings(broker)) as (gateway, bridge):
            await until(lambda: bridge.link.published >= 11, "all to be told")
            registry = CollectorRegistry()
            registry.register(GatewayMetrics(gateway))
            assert registry.get_sample_value("peerlens_mqtt_connected") == 1.0
            assert registry.get_sample_value("peerlens_mqtt_published_total") == 11.0
            assert registry.get_sample_value("peerlens_mqtt_waiting") == 0.0

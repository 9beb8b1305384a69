"""``peerlens up`` with three lines for a broker, and the broker when it is killed."""

import json
from pathlib import Path

import yaml

from tests.support.mosquitto import HOST, listener, mosquitto
from tests.support.program import free_port, program

ROOT = "peerlens/local"


def configured(folder: Path, broker_port: int) -> str:
    file = folder / "peerlens.yaml"
    content = {
        "http": {"port": free_port()},
        "cameras": {"front": {"source": "synthetic:", "name": "Front door"}},
        "mqtt": {
            "host": HOST,
            "port": broker_port,
            "username": "peerlens",
            "password": "of-the-broker",
        },
    }
    file.write_text(yaml.safe_dump(content), "utf-8")
    return str(file)


async def test_it_appears_and_the_broker_tells_when_it_is_killed(tmp_path: Path) -> None:
    with mosquitto(tmp_path, password="of-the-broker") as broker:
        file = configured(tmp_path, broker.port)
        async with listener(broker) as home, program("up", "-c", file) as running:
            await home.shows(f"{ROOT}/front/motion", "ON")
            await home.shows(f"{ROOT}/availability", "online")
            [config] = [
                json.loads(payload)
                for topic, payload in home.newest.items()
                if topic.endswith("/motion/config")
            ]
            assert config["device"]["name"] == "Front door"
            await running.kill()
            await home.shows(f"{ROOT}/availability", "offline")
            # Motion is not told to have ended: nobody knows.
            assert home.newest[f"{ROOT}/front/motion"] == b"ON"
            assert not [line for line in running.output if "of-the-broker" in line]


async def test_without_a_broker_everything_else_runs(tmp_path: Path) -> None:
    async with program("up", "-c", configured(tmp_path, free_port())) as running:
        await running.printed(r"= mqtt: .* cannot be reached: .*refused")
        await running.printed(r"Peerlens is up")
        assert len([line for line in running.output if "cannot be reached" in line]) == 1

"""Signed updates of the control board's firmware, as a real program that really boots again."""

import asyncio
import contextlib
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from tests.firmware.board_gateway import board_gateway, sending
from tests.firmware.signing import HEADER_SIZE, SIGNED_SIZE, Signer, changed
from tests.firmware.twin import running
from tests.firmware.updated_twin import ADMIN, UpdatedTwin, updated_twin
from tests.support.polling import until

SLOT_SIZE = 4 * 1024 * 1024
UNCHANGED = ["boot 0", "confirmed 0.1.0", "empty 0.0.0"]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def image(signer: Signer) -> bytes:
    return signer.image("1.0.0")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


async def expect_unchanged(updated: UpdatedTwin) -> None:
    """It runs on, and boots, what it ran before; and it takes another update."""
    told = await updated.status()
    assert told["firmware"] == "0.1.0"
    assert told["update"]["state"] == "idle"
    assert told["boots"]["count"] == 1
    assert updated.kept() == UNCHANGED


async def test_an_update_boots_and_stays_once_its_link_is_up(
    twin_car: Path, state: Path, signer: Signer, image: bytes
) -> None:
    async with board_gateway() as gateway:
        async with updated_twin(twin_car, state, signer, url=gateway.url) as updated:
            await until(lambda: gateway.connected, "the link")
            assert gateway.of_type("register")[-1]["firmware"] == "0.1.0"
            answer = await updated.upload(image)
            assert answer == (200, "installed version 1.0.0; the device reboots into it")
            await updated.boots(2)
            await updated.keeps("confirmed 1.0.0")
            assert gateway.of_type("register")[-1]["firmware"] == "1.0.0"
            told = await updated.status()
            assert told["firmware"] == "1.0.0"
            assert told["reset"] == "software"
            assert told["boots"]["count"] == 2
            assert told["boots"]["rollbacks"] == 0
            assert (state / "slot-1").read_bytes() == image[HEADER_SIZE:]
            await updated.pull_plug()
        async with updated_twin(twin_car, state, signer, url=gateway.url) as updated:
            told = await updated.status()
            assert told["firmware"] == "1.0.0"
            assert told["reset"] == "power-on"
            assert told["boots"]["rollbacks"] == 0
            # And back and forth between the slots.
            assert (await updated.upload(signer.image("1.0.1")))[0] == 200
            await updated.keeps("confirmed 1.0.1")
            assert updated.kept()[0] == "boot 0"


async def test_an_update_stays_once_its_http_has_answered(
    twin_car: Path, state: Path, signer: Signer, image: bytes
) -> None:
    async with updated_twin(twin_car, state, signer) as updated:
        assert (await updated.upload(image))[0] == 200
        await updated.boots(2)
        assert updated.kept() == ["boot 1", "confirmed 0.1.0", "trial 1.0.0"]
        status, why = await updated.upload(image)
        assert (status, why) == (
            409,
            "version 1.0.0 is on trial; try again once it is confirmed",
        )
        assert (await updated.status())["update"]["state"] == "on-trial"
        await updated.keeps("confirmed 1.0.0")
        assert (await updated.status())["update"]["state"] == "idle"


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (0, 422),  # the magic
        (8, 403),  # the target's name
        (30, 422),  # the zeros behind it
        (40, 403),  # the version
        (46, 422),  # zeros
        (48, 403),  # the size
        (56, 403),  # the digest
        (SIGNED_SIZE, 403),  # the signature's r
        (SIGNED_SIZE + 32, 403),  # its s
        (HEADER_SIZE - 1, 403),
        (HEADER_SIZE, 422),  # the program's first byte
        (100_000, 422),
        (-1, 422),
    ],
)
async def test_a_corrupt_image_is_refused(
    twin_car: Path, state: Path, signer: Signer, image: bytes, at: int, status: int
) -> None:
    async with updated_twin(twin_car, state, signer) as updated:
        answered, why = await updated.upload(changed(image, at % len(image)))
        assert answered == status
        assert why in {
            "not a Peerlens image; expected one that sign_image.py made",
            "the image is not signed by this device's key, or its header was changed",
            "corrupt: the program is not the one that was signed",
        }
        assert (await updated.status())["update"]["refused"] == why
        await expect_unchanged(updated)
        assert (await updated.upload(image))[0] == 200


async def test_what_does_not_belong_here_is_refused_and_said_why(
    twin_car: Path, state: Path, tmp_path: Path, signer: Signer, image: bytes
) -> None:
    unsigned = image[:SIGNED_SIZE] + bytes(64) + image[HEADER_SIZE:]
    refused = [
        (unsigned, 403, "the image is not signed"),
        (
            Signer(tmp_path).image("1.0.0"),
            403,
            "the image is not signed by this device's key, or its header was changed",
        ),
        (
            signer.image("1.0.0", "twin-camera"),
            422,
            "the image is for twin-camera; expected one for twin-car",
        ),
        (
            signer.image("0.0.9"),
            409,
            "the image is version 0.0.9, and 0.1.0 runs; to go back all the same, add ?downgrade=1",
        ),
        (image[:-1], 400, f"not of the size that the header tells; expected {len(image)} bytes"),
        (image + b"x", 400, f"not of the size that the header tells; expected {len(image)} bytes"),
        (image[:HEADER_SIZE], 400, "too small for an image; expected more than 152 bytes"),
        (b"", 400, "too small for an image; expected more than 152 bytes"),
        (b"\x7fELF" * 1000, 422, "not a Peerlens image; expected one that sign_image.py made"),
    ]
    async with updated_twin(twin_car, state, signer) as updated:
        for content, status, why in refused:
            assert await updated.upload(content) == (status, why)
            await expect_unchanged(updated)
        status, why = await updated.upload(image, "?force=1")
        assert (status, why) == (400, "an unknown parameter; expected downgrade=1 or none")


async def test_an_older_version_is_taken_when_asked(
    twin_car: Path, state: Path, signer: Signer
) -> None:
    async with updated_twin(twin_car, state, signer) as updated:
        assert (await updated.upload(signer.image("0.0.9"), "?downgrade=1"))[0] == 200
        await updated.boots(2)
        assert (await updated.status())["firmware"] == "0.0.9"


async def test_a_length_is_asked_for_and_bounded(
    twin_car: Path, state: Path, signer: Signer
) -> None:
    async with updated_twin(twin_car, state, signer) as updated:
        url = await updated.twin.http_url()
        for head, status, why in (
            (head_of("Transfer-Encoding: chunked"), 501, b"expected a Content-Length"),
            (head_of(f"Content-Length: {SLOT_SIZE + HEADER_SIZE + 1}"), 413, b""),
            (head_of("Content-Length: 1e3"), 400, b"Content-Length"),
        ):
            reader, writer = await asyncio.open_connection(url.host, url.port)
            writer.write(head)
            answer = await asyncio.wait_for(reader.read(), 10)
            assert f" {status} ".encode() in answer.splitlines()[0], "before anything was sent"
            assert why in answer
            writer.close()
        await expect_unchanged(updated)
        largest = signer.image("1.0.0", program=bytes(SLOT_SIZE))
        assert (await updated.upload(largest))[0] == 200


def head_of(more: str) -> bytes:
    return (
        "POST /update HTTP/1.1\r\nHost: twin\r\n"
        f"Authorization: {ADMIN['Authorization']}\r\n{more}\r\n\r\n"
    ).encode()


def is_idle(told: dict[str, Any]) -> bool:
    return bool(told["update"]["state"] == "idle")


async def begin_upload(updated: UpdatedTwin, image: bytes, count: int) -> asyncio.StreamWriter:
    """Send the first ``count`` bytes of ``image``, and wait until they have come."""
    url = await updated.twin.http_url()
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(head_of(f"Content-Length: {len(image)}") + image[:count])
    await writer.drain()
    await updated.tells(lambda told: told["update"].get("received") == count)
    return writer


@pytest.mark.parametrize("count", [0, 100, HEADER_SIZE, 150_000])
async def test_a_connection_that_is_lost_midway_changes_nothing(
    twin_car: Path, state: Path, signer: Signer, image: bytes, count: int
) -> None:
    async with updated_twin(twin_car, state, signer) as updated:
        writer = await begin_upload(updated, image, count)
        told = (await updated.status())["update"]
        assert told["state"] == "receiving"
        assert told["size"] == len(image)
        assert told.get("version") == ("1.0.0" if count >= HEADER_SIZE else None)
        writer.transport.abort()
        told = await updated.tells(is_idle)
        assert told["update"]["refused"] == f"cut short after {count} of {len(image)} bytes"
        await expect_unchanged(updated)
        assert (await updated.upload(image))[0] == 200


async def test_a_second_upload_is_refused_and_a_stalled_one_given_up(
    twin_car: Path, state: Path, signer: Signer, image: bytes
) -> None:
    async with updated_twin(twin_car, state, signer) as updated:
        writer = await begin_upload(updated, image, 1000)
        assert await updated.upload(image) == (409, "another upload is under way")
        assert (await updated.status())["update"]["received"] == 1000
        await updated.tells(is_idle)
        assert (await updated.upload(image))[0] == 200
        writer.close()


@pytest.mark.parametrize("count", [100, HEADER_SIZE, 150_000])
async def test_a_power_cut_midway_changes_nothing(
    twin_car: Path, state: Path, signer: Signer, image: bytes, count: int
) -> None:
    async with updated_twin(twin_car, state, signer) as updated:
        writer = await begin_upload(updated, image, count)
        await updated.pull_plug()
        writer.close()
    async with updated_twin(twin_car, state, signer) as updated:
        told = await updated.status()
        assert told["firmware"] == "0.1.0"
        assert told["boots"]["rollbacks"] == 0
        assert (await updated.upload(image))[0] == 200
        await updated.boots(2)
        assert (await updated.status())["firmware"] == "1.0.0"


async def test_a_power_cut_on_trial_brings_the_old_program_back(
    twin_car: Path, state: Path, signer: Signer, image: bytes
) -> None:
    async with updated_twin(twin_car, state, signer) as updated:
        assert (await updated.upload(image))[0] == 200
        await updated.boots(2)
        await updated.keeps("trial 1.0.0")
        await updated.pull_plug()
    async with updated_twin(twin_car, state, signer) as updated:
        assert updated.kept() == ["boot 0", "confirmed 0.1.0", "rejected 1.0.0"]
        told = await updated.status()
        assert told["firmware"] == "0.1.0"
        assert told["reset"] == "power-on"
        assert told["boots"] == {
            "count": 3,
            "panics": 0,
            "watchdogs": 0,
            "brownOuts": 0,
            "rollbacks": 1,
            "rolledBack": True,
        }
        assert (await updated.upload(image))[0] == 200, "it may be tried again"


async def test_an_update_that_nobody_can_reach_is_rolled_back(
    twin_car: Path, state: Path, signer: Signer, image: bytes
) -> None:
    async with updated_twin(twin_car, state, signer, "--trial-ms", "1500") as updated:
        assert (await updated.upload(image))[0] == 200
        await updated.boots(3)
        await updated.keeps("rejected 1.0.0")
        told = await updated.status()
        assert told["firmware"] == "0.1.0"
        assert told["reset"] == "software"
        assert told["boots"]["rollbacks"] == 1


@pytest.mark.parametrize(
    ("fault", "reset", "counted"),
    [("crash", "panic", "panics"), ("hang", "watchdog", "watchdogs"), ("deaf", "software", None)],
)
async def test_a_program_that_does_not_work_is_rolled_back(
    twin_car: Path, state: Path, signer: Signer, fault: str, reset: str, counted: str | None
) -> None:
    bad = signer.image("1.0.0", program=f"peerlens-twin-fault {fault}\n".encode())
    async with updated_twin(twin_car, state, signer, "--trial-ms", "1500") as updated:
        assert (await updated.upload(bad))[0] == 200
        await updated.boots(2)
        await updated.keeps("rejected 1.0.0")
        told = await updated.status()
        assert told["firmware"] == "0.1.0"
        assert told["reset"] == reset
        assert told["boots"]["count"] == 3
        assert told["boots"]["rollbacks"] == 1
        assert counted is None or told["boots"][counted] == 1


async def test_an_armed_car_is_not_updated_and_one_that_is_cannot_be_armed(
    twin_car: Path, state: Path, signer: Signer, image: bytes
) -> None:
    async with (
        board_gateway() as gateway,
        updated_twin(twin_car, state, signer, url=gateway.url) as updated,
    ):
        async with sending(gateway) as commands:
            await updated.twin.reaches("armed")
            commands.throttle = 0.5
            await until(lambda: updated.twin.now.throttle == 0.5, "throttle")
            status, why = await updated.upload(image)
            assert status == 409
            assert "armed" in why or "driven" in why
            assert updated.twin.now.throttle == 0.5
        await updated.twin.reaches("disarmed")
        writer = await begin_upload(updated, image, 1000)
        async with sending(gateway):
            acted = len(gateway.of_type("acted"))
            await until(lambda: len(gateway.of_type("acted")) > acted + 20, "answers")
            assert all(m["state"] == "disarmed" for m in gateway.of_type("acted")[acted:])
            writer.write(image[1000:])
            await updated.boots(2)
            await updated.twin.reaches("armed")
        writer.close()
        assert gateway.of_type("register")[-1]["firmware"] == "1.0.0"


async def test_an_update_needs_the_password(
    twin_car: Path, state: Path, signer: Signer, image: bytes
) -> None:
    async with updated_twin(twin_car, state, signer, "--bearer", "l00k") as updated:
        for headers in ({}, {"Authorization": "Bearer l00k"}):
            with contextlib.suppress(ClientError):  # it may close while it is still sent to
                async with updated.session.post("/update", data=image, headers=headers) as answer:
                    assert answer.status in {401, 403}
        async with updated.session.get("/update", headers=ADMIN) as answer:
            assert answer.status == 405
        page = {**ADMIN, "Origin": "http://elsewhere.example"}
        with contextlib.suppress(ClientError):
            async with updated.session.post("/update", data=image, headers=page) as answer:
                assert answer.status == 403
        await expect_unchanged(updated)


async def test_without_a_key_or_a_folder_there_are_no_updates(
    twin_car: Path, state: Path, signer: Signer, image: bytes
) -> None:
    http = ("--http-port", "0", "--basic", "admin:pa55")
    for options, status, why in (
        (("--state", str(state)), 403, "the device has no key to verify updates with"),
        (("--update-key", signer.public), 500, "the slot could not be written"),
    ):
        async with (
            running(twin_car, "ws://127.0.0.1:1/", *http, *options) as twin,
            ClientSession(await twin.http_url()) as session,
            session.post("/update", data=image, headers=ADMIN) as answer,
        ):
            assert answer.status == status
            assert why in await answer.text()


async def test_a_loop_that_hangs_is_booted_again(
    twin_car: Path, state: Path, signer: Signer
) -> None:
    async with updated_twin(twin_car, state, signer, "--stall-ms", "60000") as updated:
        updated.twin.signal(signal.SIGUSR1)
        await updated.boots(2)
        told = await updated.status()
        assert told["reset"] == "watchdog"
        assert told["boots"]["watchdogs"] == 1
        assert told["boots"]["rollbacks"] == 0


async def test_a_process_that_was_stopped_is_not_taken_for_one_that_hangs(
    twin_car: Path, state: Path, signer: Signer
) -> None:
    async with updated_twin(twin_car, state, signer) as updated:
        updated.twin.signal(signal.SIGSTOP)
        await asyncio.sleep(6)  # longer than the watchdog's limit
        updated.twin.signal(signal.SIGCONT)
        assert (await updated.status())["boots"]["count"] == 1


def test_a_folder_that_makes_no_sense_is_said(twin_car: Path, state: Path, tmp_path: Path) -> None:
    state.mkdir()
    (state / "boot").write_text("boot 7\n", "utf-8")
    (tmp_path / "file").write_bytes(b"")
    for folder, why in (
        (state, "not the state of two slots"),
        (tmp_path / "file", "Not a directory"),
        (tmp_path / "no" / "such", "No such file or directory"),
    ):
        ended = subprocess.run(
            [twin_car, "--url", "ws://127.0.0.1:1/", "--id", "b", "--state", folder],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        assert ended.returncode == 2
        assert why in ended.stderr


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--update-key", "short", "the 88 characters of a public key"),
        ("--trial-ms", "0", "100 to 3600000"),
        ("--state", "", "a folder"),
    ],
)
def test_options_that_make_no_sense_are_said(
    twin_car: Path, option: str, value: str, expected: str
) -> None:
    ended = subprocess.run(
        [twin_car, "--url", "ws://127.0.0.1:1/", "--id", "b", option, value],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert ended.returncode == 2
    assert f"{option}: expected {expected}" in ended.stderr

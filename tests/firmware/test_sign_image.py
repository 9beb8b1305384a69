"""The tool that makes the keys for updates and signs images."""

import os
import struct
from pathlib import Path

import pytest

from tests.firmware.signing import HEADER_SIZE, SIGNED_SIZE, Signer, changed, run_tool

PASSWORD = "PEERLENS_SIGNING_PASSWORD"
ESP32_S3 = 9


def esp_program(version: str, chip: int = ESP32_S3) -> bytes:
    """Return the beginning of what ESP-IDF builds: image header, segment, description."""
    header = struct.pack("<B11xH10x", 0xE9, chip)
    description = struct.pack("<II8x32s", 0xABCD5432, 0, version.encode())
    return header + bytes(8) + description + bytes(300)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "key.pem"
    assert run_tool("keygen", path).returncode == 0
    return path


def sign(key: Path, program: bytes, folder: Path, *options: str) -> tuple[int, str]:
    (folder / "program").write_bytes(program)
    (folder / "image").unlink(missing_ok=True)
    done = run_tool("sign", folder / "program", folder / "image", "--key", key, *options)
    return done.returncode, done.stdout + done.stderr


def test_a_key_is_secret_and_is_not_overwritten(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_bytes()
    again = run_tool("keygen", key)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert key.read_bytes() == before
    public = run_tool("public", key)
    assert len(public.stdout.strip()) == 88


def test_a_key_may_have_a_password(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    without = run_tool("keygen", path, "--encrypt")
    assert without.returncode == 1
    assert PASSWORD in without.stderr
    secret = {**os.environ, PASSWORD: "horse battery"}
    made = run_tool("keygen", path, "--encrypt", environment=secret)
    assert made.returncode == 0
    assert "ENCRYPTED" in path.read_text("utf-8")
    assert run_tool("public", path, environment=secret).stdout == made.stdout
    refused = run_tool("public", path)
    assert refused.returncode == 1
    assert PASSWORD in refused.stderr


def test_what_is_signed_can_be_shown_and_checked(tmp_path: Path) -> None:
    signer = Signer(tmp_path)
    content = signer.image("1.4.12", "board-x", b"program")
    assert len(content) == HEADER_SIZE + 7
    path = tmp_path / "shown"
    path.write_bytes(content)
    shown = run_tool("show", path, "--public", signer.public)
    assert shown.returncode == 0, shown.stderr
    assert "board-x" in shown.stdout
    assert "1.4.12" in shown.stdout
    assert "signature  right" in shown.stdout
    assert "not checked" in run_tool("show", path).stdout
    other = run_tool("show", path, "--public", Signer(tmp_path).public)
    assert other.returncode == 1
    assert "another key" in other.stderr
    for at, why in (
        (0, "not a Peerlens image"),
        (40, "another key, or its header was changed"),
        (SIGNED_SIZE, "another key"),
        (HEADER_SIZE, "corrupt"),
    ):
        path.write_bytes(changed(content, at))
        refused = run_tool("show", path, "--public", signer.public)
        assert refused.returncode == 1
        assert why in refused.stderr
    path.write_bytes(content[:-1])
    assert "cut short" in run_tool("show", path).stderr


def test_an_esp_program_says_its_version_and_its_chip(key: Path, tmp_path: Path) -> None:
    target = ("--target", "camera-s3-eye")
    code, said = sign(key, esp_program("1.4.12"), tmp_path, *target)
    assert code == 0, said
    assert "camera-s3-eye 1.4.12" in said
    code, said = sign(key, esp_program("1.4.12"), tmp_path, *target, "--version", "1.4.13")
    assert code == 1
    assert "the program says that it is 1.4.12" in said
    code, said = sign(key, esp_program("v1.4-3-gabc"), tmp_path, *target)
    assert code == 1
    assert "--version is missing" in said
    code, said = sign(key, esp_program("v1.4-3-gabc"), tmp_path, *target, "--version", "1.4.3")
    assert code == 0, said
    code, said = sign(key, esp_program("1.4.12", chip=0), tmp_path, *target)
    assert code == 1
    assert "wants a program for esp32s3; this is for esp32" in said
    code, said = sign(key, esp_program("1.4.12"), tmp_path, "--target", "board-esp32")
    assert code == 1
    assert "wants a program for esp32; this is for esp32s3" in said


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--target", "twin car", "--version", "1.0.0"), "expected 1 to 32 letters"),
        (("--target", "x" * 33, "--version", "1.0.0"), "expected 1 to 32 letters"),
        (("--target", "twin-car", "--version", "1.0"), "expected three numbers"),
        (("--target", "twin-car", "--version", "1.0.65536"), "expected three numbers"),
        (("--target", "twin-car"), "--version is missing"),
        (("--target", "board-esp32", "--version", "1.0.0"), "this is for ?"),
    ],
)
def test_options_that_make_no_sense_are_said(
    key: Path, tmp_path: Path, options: tuple[str, ...], why: str
) -> None:
    code, said = sign(key, b"program", tmp_path, *options)
    assert code == 1
    assert why in said
    assert not (tmp_path / "image").exists()


def test_files_that_cannot_be_used_are_said(key: Path, tmp_path: Path) -> None:
    options = ("--target", "twin-car", "--version", "1.0.0")
    code, said = sign(key, b"", tmp_path, *options)
    assert code == 1
    assert "is empty" in said
    (tmp_path / "no-key").write_text("no key", "utf-8")
    code, said = sign(tmp_path / "no-key", b"program", tmp_path, *options)
    assert code == 1
    assert "expected a private key in PEM" in said
    code, said = sign(tmp_path / "nowhere", b"program", tmp_path, *options)
    assert code == 1
    assert "No such file" in said
    assert run_tool("--help").returncode == 0
    assert run_tool().returncode == 2

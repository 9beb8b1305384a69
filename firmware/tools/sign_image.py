#!/usr/bin/env python3
"""Make the keys that sign firmware, and sign it.

The format of an image is in ``firmware/core/update/image_header.hpp``. Needs the package
``cryptography``, which the gateway's virtual environment has.
"""

import argparse
import base64
import hashlib
import os
import re
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

PASSWORD_VARIABLE = "PEERLENS_SIGNING_PASSWORD"
MAGIC = b"PLFWIMG1"
SIGNED = struct.Struct("<8s32s3H2xI4x32s")
SIGNATURE_SIZE = 64
NUMBER_SIZE = 32
TARGET = re.compile(r"[A-Za-z0-9-]{1,32}")
VERSION = re.compile(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})")

ESP_IMAGE = 0xE9
ESP_CHIPS = {0: "esp32", 2: "esp32s2", 5: "esp32c3", 9: "esp32s3", 13: "esp32c6"}
ESP_DESCRIPTION = struct.Struct("<32xII8x32s")
ESP_DESCRIPTION_MAGIC = 0xABCD5432


class Refused(Exception):
    """What was given cannot be used; the text says why."""


@dataclass(frozen=True)
class Image:
    """The parts of a signed image."""

    target: str
    version: tuple[int, int, int]
    program: bytes
    signed: bytes
    signature: bytes


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error


def write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read; one that is there stays."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Refused(f"{path} is there already; it is not overwritten") from error
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def password() -> bytes | None:
    given = os.environ.get(PASSWORD_VARIABLE, "")
    return given.encode() if given else None


def read_private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(read(path), password())
    except (ValueError, TypeError) as error:
        raise Refused(
            f"{path}: expected a private key in PEM"
            f" (an encrypted one needs its password in {PASSWORD_VARIABLE})"
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise Refused(f"{path}: expected a key on the curve P-256")
    return key


def public_text(key: ec.EllipticCurvePublicKey) -> str:
    """Return the 88 characters that a device's setting ``update.publicKey`` takes."""
    point = key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.b64encode(point).decode()


def read_public_text(text: str) -> ec.EllipticCurvePublicKey:
    try:
        point = base64.b64decode(text, validate=True)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise Refused("--public: expected the 88 characters that `public` prints") from error


def read_version(text: str) -> tuple[int, int, int]:
    match = VERSION.fullmatch(text)
    numbers = tuple(int(group) for group in match.groups()) if match else ()
    if len(numbers) != 3 or max(numbers) > 0xFFFF:
        raise Refused(f"--version: {text!r}; expected three numbers of up to 65535, as in 1.4.12")
    return numbers


def version_for(program: bytes, given: str | None) -> tuple[int, int, int]:
    """Return the version to sign ``program`` as: the given one, or the one that it says it is."""
    described = ""
    if program[:1] == bytes([ESP_IMAGE]) and len(program) >= ESP_DESCRIPTION.size:
        magic, _, text = ESP_DESCRIPTION.unpack_from(program)
        if magic == ESP_DESCRIPTION_MAGIC:
            described = text.split(b"\0")[0].decode("ascii", "replace")
    if given is None and not VERSION.fullmatch(described):
        raise Refused("--version is missing, and the program does not say what it is")
    if given is not None and VERSION.fullmatch(described) and given != described:
        raise Refused(f"--version: {given}, but the program says that it is {described}")
    return read_version(given if given is not None else described)


def check_target(program: bytes, target: str) -> None:
    """Refuse a target that is no name, or that names another chip than the program's.

    ``board-esp32`` names the ESP32, and ``camera-s3-eye`` the ESP32-S3.
    """
    if not TARGET.fullmatch(target):
        raise Refused(f"--target: {target!r}; expected 1 to 32 letters, digits and hyphens")
    parts = {part if part.startswith("esp32") else f"esp32{part}" for part in target.split("-")}
    wanted = next((chip for chip in ESP_CHIPS.values() if chip in parts), None)
    if wanted is None:
        return
    is_esp = program[:1] == bytes([ESP_IMAGE]) and len(program) > 24
    chip = ESP_CHIPS.get(int.from_bytes(program[12:14], "little")) if is_esp else None
    if chip != wanted:
        raise Refused(f"--target: {target} wants a program for {wanted}; this is for {chip or '?'}")


def make_image(
    key: ec.EllipticCurvePrivateKey, target: str, version: tuple[int, int, int], program: bytes
) -> bytes:
    """Return ``program`` with the signed header in front."""
    signed = SIGNED.pack(
        MAGIC, target.encode(), *version, len(program), hashlib.sha256(program).digest()
    )
    r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    numbers = r.to_bytes(NUMBER_SIZE, "big") + s.to_bytes(NUMBER_SIZE, "big")
    return signed + numbers + program


def parse_image(content: bytes) -> Image:
    """Take a signed image apart; its digest must be right, its signature is not looked at."""
    header_size = SIGNED.size + SIGNATURE_SIZE
    if len(content) <= header_size or not content.startswith(MAGIC):
        raise Refused("not a Peerlens image")
    _, target, major, minor, patch, size, digest = SIGNED.unpack_from(content)
    program = content[header_size:]
    if len(program) != size:
        raise Refused(f"cut short or too long: {len(program)} bytes; the header says {size}")
    if hashlib.sha256(program).digest() != digest:
        raise Refused("corrupt: the program is not the one that was signed")
    return Image(
        target=target.rstrip(b"\0").decode("ascii", "replace"),
        version=(major, minor, patch),
        program=program,
        signed=content[: SIGNED.size],
        signature=content[SIGNED.size : header_size],
    )


def verify(image: Image, key: ec.EllipticCurvePublicKey) -> None:
    r, s = (
        int.from_bytes(image.signature[at : at + NUMBER_SIZE], "big") for at in (0, NUMBER_SIZE)
    )
    try:
        signature = utils.encode_dss_signature(r, s)
        key.verify(signature, image.signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise Refused("signed by another key, or its header was changed") from error


def keygen(arguments: argparse.Namespace) -> None:
    secret = password()
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if arguments.encrypt:
        if secret is None:
            raise Refused(f"--encrypt: expected a password in {PASSWORD_VARIABLE}")
        encryption = serialization.BestAvailableEncryption(secret)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    write(arguments.key, pem)
    say(public_text(key.public_key()))


def public(arguments: argparse.Namespace) -> None:
    say(public_text(read_private_key(arguments.key).public_key()))


def sign(arguments: argparse.Namespace) -> None:
    key = read_private_key(arguments.key)
    program = read(arguments.program)
    if not program:
        raise Refused(f"{arguments.program} is empty")
    check_target(program, arguments.target)
    version = version_for(program, arguments.version)
    image = make_image(key, arguments.target, version, program)
    write(arguments.output, image)
    numbers = ".".join(map(str, version))
    say(f"{arguments.output}: {arguments.target} {numbers}, {len(image)} bytes")


def show(arguments: argparse.Namespace) -> None:
    image = parse_image(read(arguments.image))
    key = read_public_text(arguments.public) if arguments.public else None
    if key is not None:
        verify(image, key)
    say(f"target     {image.target}")
    say(f"version    {'.'.join(map(str, image.version))}")
    say(f"program    {len(image.program)} bytes")
    say(f"sha256     {hashlib.sha256(image.program).hexdigest()}")
    is_signed = any(image.signature)
    unchecked = "not checked; give --public" if is_signed else "none"
    say(f"signature  {'right' if key is not None else unchecked}")


def parse_arguments(values: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make the keys that sign firmware, and sign it.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("keygen", help="make a private key; print its public key")
    command.add_argument("key", type=Path, metavar="KEY.pem", help="the new file; keep it secret")
    command.add_argument(
        "--encrypt", action="store_true", help=f"with the password in {PASSWORD_VARIABLE}"
    )
    command.set_defaults(run=keygen)

    command = commands.add_parser("public", help="print a key's public key, for the devices")
    command.add_argument("key", type=Path, metavar="KEY.pem")
    command.set_defaults(run=public)

    command = commands.add_parser("sign", help="make a signed image of a program")
    command.add_argument("program", type=Path, metavar="PROGRAM.bin", help="what the build made")
    command.add_argument("output", type=Path, metavar="IMAGE", help="the new file")
    command.add_argument("--key", type=Path, required=True, metavar="KEY.pem")
    command.add_argument(
        "--target", required=True, help="the kind of device it is for; its /status says it"
    )
    command.add_argument(
        "--version", help="three numbers, as in 1.4.12; an ESP-IDF program can say it itself"
    )
    command.set_defaults(run=sign)

    command = commands.add_parser("show", help="say what is in an image")
    command.add_argument("image", type=Path, metavar="IMAGE")
    command.add_argument("--public", metavar="TEXT", help="check the signature with this key")
    command.set_defaults(run=show)
    return parser.parse_args(values)


def main() -> int:
    arguments = parse_arguments()
    try:
        arguments.run(arguments)
    except Refused as error:
        sys.stderr.write(f"sign_image.py: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

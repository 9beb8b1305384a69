"""Signed images, made by the firmware's own tool."""

import itertools
import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[2] / "firmware" / "tools" / "sign_image.py"
HEADER_SIZE = 152
SIGNED_SIZE = 88


def run_tool(
    *arguments: str | Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TOOL), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=environment,
    )


class Signer:
    """A pair of keys in ``folder``."""

    _numbers = itertools.count()

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = folder / f"key-{next(self._numbers)}.pem"
        made = run_tool("keygen", self._key)
        assert made.returncode == 0, made.stderr
        self.public = made.stdout.strip()

    def image(
        self, version: str, target: str = "twin-car", program: bytes = b"a program\n" * 20_000
    ) -> bytes:
        number = next(self._numbers)
        source = self._folder / f"program-{number}"
        image = self._folder / f"image-{number}"
        source.write_bytes(program)
        options = ("--key", self._key, "--target", target, "--version", version)
        signed = run_tool("sign", source, image, *options)
        assert signed.returncode == 0, signed.stderr
        return image.read_bytes()


def changed(image: bytes, at: int) -> bytes:
    """Return ``image`` with one bit of the byte at ``at`` the other way round."""
    return image[:at] + bytes([image[at] ^ 1]) + image[at + 1 :]

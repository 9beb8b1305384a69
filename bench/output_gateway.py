"""``peerlens up`` with one camera that has any number of outputs, which configuration bounds."""

import argparse
import asyncio
import contextlib

from bench.servers import BITRATE_KBPS, LOOPBACK
from gateway.settings import WhipSettings
from peerlens.config import UpConfig
from peerlens.servers import run_up


def configuration(source: str, whip: str, outputs: int, port: int) -> UpConfig:
    """As :func:`bench.servers.peerlens` has it, but for the outputs."""
    camera = {"source": source, "video": {"max_bitrate_kbps": BITRATE_KBPS}}
    config = UpConfig.model_validate(
        {"http": {"host": LOOPBACK, "port": port}, "cameras": {"bench": camera}}
    )
    published = {"outputs": (WhipSettings(whip=whip),) * outputs}
    cameras = {"bench": config.cameras["bench"].model_copy(update=published)}
    return config.model_copy(update={"cameras": cameras})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.output_gateway")
    parser.add_argument("--source", required=True, help="URL of an MJPEG stream")
    parser.add_argument("--whip", required=True, help="where all outputs publish to")
    parser.add_argument("--outputs", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    config = configuration(options.source, options.whip, options.outputs, options.port)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run_up(config))


if __name__ == "__main__":
    main()

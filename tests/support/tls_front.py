"""TLS in front of a server that speaks none, as a reverse proxy does it."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.certificates import Certificates, certificates

CHUNK_BYTES = 65_536
HOST = "127.0.0.1"


@contextlib.asynccontextmanager
async def tls_front(
    url: str, folder: Path, issued: Certificates | None = None
) -> AsyncIterator[str]:
    """Serve what is at ``url`` (http) over TLS as well; yield that address.

    The certificate, unless one is given, is from an authority that nobody knows.
    """
    behind = urlsplit(url)
    issued = issued or certificates(folder, HOST)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(behind.hostname, behind.port)
        # Without TLS the other end is told that nothing more comes; with it only by the end.
        await asyncio.wait(
            [
                asyncio.create_task(_pass_on(reader, far_writer)),
                asyncio.create_task(_pass_on(far_reader, writer)),
            ],
            return_when=asyncio.FIRST_COMPLETED,
        )
        far_writer.close()
        writer.close()

    server = await asyncio.start_server(serve, HOST, 0, ssl=context)
    try:
        yield f"https://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()

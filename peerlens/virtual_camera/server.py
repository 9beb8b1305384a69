"""The camera's HTTP server: /stream, /snapshot, /status and /control, as on an ESP32-S3."""

import asyncio
import base64
import hmac
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from peerlens.camera_fault import Fault
from peerlens.virtual_camera.errors import PicturesError
from peerlens.virtual_camera.faults import Faults
from peerlens.virtual_camera.pictures import Picture, Pictures
from peerlens.virtual_camera.wire import Dialect

logger = logging.getLogger(__name__)

MAX_STREAMS = 2
"""An ESP32 serves one stream well and a second one badly."""
CLOSE_TIMEOUT_S = 2.0
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}


class _PlainResponse(web.StreamResponse):
    """Bytes until the connection closes: neither chunks nor a length."""

    _length_check = False


class VirtualCamera:
    """One virtual camera. ``async with`` starts it, :meth:`stop` and :meth:`start` replug it.

    ``pictures`` are rendered on a thread, once for all streams and only while there are any.
    The camera owns them, and closes them at the end. With port 0 the first start picks a port,
    which stays the same afterwards.
    """

    def __init__(
        self,
        pictures: Pictures,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        dialect: Dialect | None = None,
        fault: Fault = Fault.NONE,
        basic: tuple[str, str] | None = None,
        bearer: str | None = None,
    ) -> None:
        self.faults = Faults(fault)
        self.faults.on_change = self._fault_changed
        self.requests = 0
        """Connections to /stream so far, refused ones included."""
        self._pictures = pictures
        self._host, self._port = host, port
        self._dialect = dialect or Dialect()
        self._credentials = _credentials(basic, bearer)
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="virtual-camera")
        self._runner: web.AppRunner | None = None
        self._renderer: asyncio.Task[None] | None = None
        self._streams: dict[asyncio.Transport, asyncio.Future[None] | None] = {}
        self._newest: tuple[bytes, float] | None = None
        self._sequence = 0
        self._booted_s = time.monotonic()

    @property
    def url(self) -> str:
        """The address of the stream, which is known once the camera was started."""
        return f"{self.base_url}/stream"

    @property
    def base_url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def streams(self) -> int:
        """How many clients are being served."""
        return len(self._streams)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
        closing = self._executor.submit(self._pictures.close)
        self._executor.shutdown(wait=False)
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await asyncio.wrap_future(closing)
        except TimeoutError:
            logger.warning("pictures did not close within %s s", CLOSE_TIMEOUT_S)

    async def start(self) -> None:
        """Plug in: boot and listen. Does nothing when already started."""
        if self._runner is not None:
            return
        # What has no pictures must fail now, and not once somebody watches.
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, self._pictures.prepare)
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/stream", self._stream)
        app.router.add_get("/snapshot", self._snapshot)
        app.router.add_get("/status", self._status)
        app.router.add_get("/control", self._control)
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        site = web.TCPSite(runner, self._host, self._port, reuse_address=True)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._port = runner.addresses[0][1]
        self._runner = runner
        self._booted_s = time.monotonic()

    async def stop(self) -> None:
        """Pull the plug: streams are reset and the port is closed. Idempotent."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        self._reset_streams()
        if self._renderer is not None:
            self._renderer.cancel()
            await asyncio.wait([self._renderer])
            self._renderer = None
        await runner.cleanup()

    # Requests

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode()
        if self._credentials is not None and not hmac.compare_digest(given, self._credentials):
            scheme = self._credentials.partition(b" ")[0].decode()
            challenge = {"WWW-Authenticate": f'{scheme} realm="camera"'}
            return web.Response(status=401, headers=challenge)
        return await handler(request)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        transport = request.transport
        if transport is None or self.faults.fault is Fault.DROP:
            if transport is not None:
                transport.abort()
            return web.Response(status=503)
        if len(self._streams) >= MAX_STREAMS:
            return web.Response(status=503, text="busy\n", headers={"Retry-After": "5"})
        response = web.StreamResponse() if self._dialect.chunked else _PlainResponse()
        response.content_type = "multipart/x-mixed-replace"
        response.headers["Content-Type"] = self._dialect.content_type
        response.headers["X-Framerate"] = f"{self._pictures.fps:g}"
        response.headers.update(_ANY_ORIGIN)
        response.force_close()
        self._streams[transport] = None
        try:
            await response.prepare(request)
            await self._send_pictures(response, transport)
        except ConnectionError:
            pass
        finally:
            del self._streams[transport]
        return response

    async def _send_pictures(
        self, response: web.StreamResponse, transport: asyncio.Transport
    ) -> None:
        """Send until the client leaves; one that reads slowly misses pictures."""
        sent = self._sequence
        while not transport.is_closing():
            while sent == self._sequence:
                self._render_if_idle()
                arrival: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._streams[transport] = arrival
                await arrival
            sent = self._sequence
            if self._newest is None:
                continue
            jpeg, device_s = self._newest
            await response.write(self._dialect.delimiter())
            await response.write(self._dialect.part_header(len(jpeg), device_s))
            await response.write(jpeg)

    async def _snapshot(self, request: web.Request) -> web.Response:
        try:
            picture = await self._next_picture()
        except PicturesError as error:
            return web.Response(status=500, text=f"{error}\n")
        return web.Response(
            body=picture.jpeg,
            content_type="image/jpeg",
            headers={
                **_ANY_ORIGIN,
                "Content-Disposition": "inline; filename=capture.jpg",
                "X-Timestamp": f"{self._device_s(picture):.6f}",
            },
        )

    async def _status(self, request: web.Request) -> web.Response:
        status = {
            "fault": self.faults.fault.value,
            "faults": [fault.value for fault in Fault],
            "fps": self._pictures.fps,
            "streams": len(self._streams),
            "frames": self._sequence,
            "uptime_s": round(time.monotonic() - self._booted_s, 3),
        }
        return web.json_response(status, headers=_ANY_ORIGIN)

    async def _control(self, request: web.Request) -> web.Response:
        name, value = request.query.get("var"), request.query.get("val")
        if name is None or value is None:
            return web.Response(status=400, text="expected /control?var=NAME&val=VALUE\n")
        if name != "fault":
            return web.Response(status=404, text=f"no setting {name!r}: only fault\n")
        try:
            self.faults.set(value)
        except ValueError:
            known = ", ".join(Fault)
            return web.Response(status=400, text=f"fault {value!r}: expected {known}\n")
        return web.Response(headers=_ANY_ORIGIN)

    # Pictures

    def _render_if_idle(self) -> None:
        if self._renderer is None or self._renderer.done():
            self._renderer = asyncio.create_task(self._render(), name="virtual-camera-render")

    async def _render(self) -> None:
        """Render at the pictures' rate for as long as somebody streams."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while self._streams:
            try:
                picture = await self._next_picture()
            except PicturesError as error:
                logger.error("%s", error)
                self._reset_streams()
                return
            jpeg = self.faults.impair(picture.jpeg)
            if jpeg is not None:
                self._publish(jpeg, self._device_s(picture))
            due_s = max(due_s + 1 / self._pictures.fps, loop.time() - 1 / self._pictures.fps)
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    async def _next_picture(self) -> Picture:
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._pictures.next)

    def _publish(self, jpeg: bytes, device_s: float) -> None:
        self._newest = (jpeg, device_s)
        self._sequence += 1
        for arrival in self._streams.values():
            if arrival is not None and not arrival.done():
                arrival.set_result(None)

    def _device_s(self, picture: Picture) -> float:
        return max(0.0, picture.captured_s - self._booted_s)

    def _fault_changed(self, fault: Fault) -> None:
        logger.info("= fault %s", fault)
        if fault is Fault.DROP:
            self._reset_streams()

    def _reset_streams(self) -> None:
        for transport, arrival in self._streams.items():
            transport.abort()
            if arrival is not None and not arrival.done():
                arrival.set_exception(ConnectionResetError())


def _credentials(basic: tuple[str, str] | None, bearer: str | None) -> bytes | None:
    if bearer is not None:
        return f"Bearer {bearer}".encode()
    if basic is not None:
        return b"Basic " + base64.b64encode(":".join(basic).encode())
    return None

"""A server that takes what a camera pushes, and notes when each picture was there."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import WSMsgType, web

from bench.errors import NoMeasurement
from bench.stream_reader import Arrival

START_TIMEOUT_S = 5.0


class PushSink:
    """``/ws/esp32`` as signaling has it: registered, pongs, and binary messages taken."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.port = 0

    async def serve(self, host: str, ready: threading.Event, stopped: asyncio.Event) -> None:
        app = web.Application()
        app.router.add_get("/ws/esp32", self._link)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, host, 0).start()
        self.port = runner.addresses[0][1]
        ready.set()
        await stopped.wait()
        await runner.cleanup()

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, max_msg_size=0)
        await socket.prepare(request)
        async for frame in socket:
            if frame.type is WSMsgType.BINARY:
                self.arrivals.append(Arrival(time.time(), frame.data))
            elif frame.type is WSMsgType.TEXT:
                message = frame.json()
                if message["type"] == "register":
                    await socket.send_json({"type": "registered", "heartbeatS": 5, "v": 1})
                elif message["type"] == "ping":
                    await socket.send_json({"type": "pong", "id": message["id"]})
        return socket


@contextmanager
def push_sink(host: str) -> Iterator[PushSink]:
    """Run one on a thread, which is in the namespace of whoever calls this."""
    sink, ready = PushSink(), threading.Event()
    loop = asyncio.new_event_loop()
    stopped = asyncio.Event()
    serving = threading.Thread(
        target=lambda: loop.run_until_complete(sink.serve(host, ready, stopped)), daemon=True
    )
    serving.start()
    if not ready.wait(START_TIMEOUT_S):
        raise NoMeasurement("the server of pushed pictures did not start")
    try:
        yield sink
    finally:
        loop.call_soon_threadsafe(stopped.set)
        serving.join(START_TIMEOUT_S)
        loop.close()

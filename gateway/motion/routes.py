"""``/api/cameras/{id}/motion``: how a camera looks for motion, to read and to change."""

import json

from aiohttp import web

from edge.auth import AUTHENTICATOR
from edge.problems import Problem
from edge.roles import Role
from gateway.app import CAMERA
from gateway.camera import Camera
from gateway.errors import BadMotionSettings, UnknownCamera
from gateway.gateway import Gateway, as_problem
from gateway.motion.memory import changeable

NO_STORE = {"Cache-Control": "no-store"}


def motion_routes(gateway: Gateway) -> list[web.RouteDef]:
    """Return the routes: GET for the role viewer, PATCH for the role admin."""
    handlers = _MotionHandlers(gateway)
    path = f"/api/cameras/{CAMERA}/motion"
    return [web.get(path, handlers.read), web.patch(path, handlers.change)]


class _MotionHandlers:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def read(self, request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.VIEWER)
        return _answer(self._camera(request))

    async def change(self, request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.ADMIN)
        camera = self._camera(request)
        try:
            changes = json.loads(await request.text())
        except ValueError:
            raise Problem(400, "bad-request", "expected JSON") from None
        if not isinstance(changes, dict):
            raise Problem(400, "bad-request", "expected an object with what is to change")
        try:
            memory = self._gateway.motion_memory
            failed = await memory.kept(memory.change(camera, changes))
        except BadMotionSettings as error:
            raise Problem(400, "invalid-motion-settings", str(error)) from error
        if failed is not None:
            detail = "the settings are in force, but could not be kept for the next start"
            raise Problem(507, "not-kept", detail) from failed
        return _answer(camera)

    def _camera(self, request: web.Request) -> Camera:
        try:
            return self._gateway.camera(request.match_info["camera"])
        except UnknownCamera as error:
            raise as_problem(error) from error


def _answer(camera: Camera) -> web.Response:
    return web.json_response(changeable(camera.motion_settings), headers=NO_STORE)

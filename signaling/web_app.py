"""The built web app, as static files."""

from collections.abc import Iterable
from pathlib import Path

from aiohttp import web

from edge.problems import Problem

DEFAULT_ROOT = Path(__file__).resolve().parent.parent / "web" / "dist"
IMMUTABLE = "public, max-age=31536000, immutable"
NO_CACHE = "no-cache"
OWN_PATHS = frozenset({"api", "ws", "healthz", "readyz", "metrics", "assets"})
"""First path segments that never are pages of the web app."""
APP_PAGES = frozenset({"camera", "drive"})
"""First segments of its pages, which the id of a camera follows."""

MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Peerlens</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}
code{background:#8883;padding:.1em .3em;border-radius:.2em}</style></head>
<body><h1>Peerlens is running, but its web page is not built yet</h1>
<p>In the folder of the project, run <code>make setup</code>, then reload this page.</p>
<p>Everything else works: the cameras, the WebSocket and WHEP need no page.</p>
</body></html>
"""


def web_app_routes(web_root: Path | None = None) -> Iterable[web.RouteDef]:
    """Return the routes of the web app; they fit every GET, so they come last.

    Files below ``assets/`` carry a hash in their name and are cached for ever; all others are
    asked for again each time. Pages that only the app knows (no dot, ``Accept: text/html``)
    get ``index.html``. Without a build, pages answer 503 and say what to do.
    """
    app = _WebApp(web_root or DEFAULT_ROOT)
    return [web.get("/", app.page), web.get("/{path:.+}", app.any)]


class _WebApp:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    async def page(self, request: web.Request) -> web.StreamResponse:
        index = self._root / "index.html"
        # Looked at each time: the build may come, and go, while the server runs.
        if not index.is_file():
            return web.Response(
                text=MISSING,
                status=503,
                content_type="text/html",
                headers={"Cache-Control": "no-store", "Retry-After": "60"},
            )
        return web.FileResponse(index, headers={"Cache-Control": NO_CACHE})

    async def any(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        file = self._file(path)
        if file is not None:
            cache = IMMUTABLE if path.startswith("assets/") else NO_CACHE
            return web.FileResponse(file, headers={"Cache-Control": cache})
        segments = path.split("/")
        # The id of a camera may hold a dot; elsewhere that is a file's.
        is_apps = segments[0] in APP_PAGES and len(segments) == 2
        looks_like_page = segments[0] not in OWN_PATHS and "." not in segments[-1]
        is_page = (is_apps or looks_like_page) and path.isprintable()
        accepted = request.headers.get("Accept", "*/*")
        # Monitors, link previews and curl take anything; the app's own pages are for them, too.
        takes_pages = "text/html" in accepted or (is_apps and "*/*" in accepted)
        if is_page and takes_pages:
            return await self.page(request)
        raise Problem(404, "not-found", "there is nothing at this address")

    def _file(self, path: str) -> Path | None:
        """Return the file at ``path`` below the root; None outside of it, links included."""
        if not path.isprintable() or any(part.startswith(".") for part in path.split("/")):
            return None
        try:
            file = (self._root / path).resolve()
            if file.is_relative_to(self._root) and file.is_file():
                return file
        except OSError:  # a name that is too long, a loop of links
            pass
        return None

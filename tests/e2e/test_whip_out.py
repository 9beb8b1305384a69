"""``peerlens up`` publishes a camera of its configuration, and keeps its secrets."""

from pathlib import Path

from aiohttp import ClientSession

from tests.support.program import free_port, program
from tests.support.whip_server import WhipServer, whip_server

CONFIGURATION = """\
http: {{port: {port}}}
cameras:
  front:
    source: "synthetic:?width=320&height=240&fps=30"
    outputs:
      - {{whip: "{whip}", token: t0ken-for-the-sfu}}
      - {{whip: "http://127.0.0.1:9/s3cret/whip", token: t0ken-for-nobody}}
"""


async def test_a_camera_is_published_while_it_runs(tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "peerlens.yaml"
    async with whip_server(WhipServer(token="t0ken-for-the-sfu")) as server:
        file.write_text(CONFIGURATION.format(port=port, whip=server.url), "utf-8")
        arguments = ("up", "-c", str(file), "--log-level", "debug")
        async with program(*arguments) as running, ClientSession() as client:
            session = await server.session()
            await session.frames_more(30)
            await running.printed("front/whip0 = live")
            await running.printed("front/whip1 = failed: cannot connect to http://127.0.0.1:9/…")
            base = f"http://127.0.0.1:{port}"
            async with client.get(f"{base}/api/outputs") as response:
                listed = await response.text()
                assert (await response.json())[0]["state"] == "live"
            async with client.get(f"{base}/metrics") as response:
                metrics = await response.text()
            assert 'peerlens_output_state{camera="front",output="0"} 3.0' in metrics
            text = "\n".join(running.output)
            for secret in ("t0ken", "s3cret"):
                assert secret not in listed + metrics + text
        assert len(server.deleted) == 1, "it says goodbye when it is asked to stop"

"""``peerlens up`` publishes a camera of its configuration, and keeps its secrets."""

from pathlib import Path

from aiohttp import ClientSession

from bench.network.emulated_link import emulated_link
from bench.network.profiles import PERFECT
from tests.support.program import free_port, program, python_program
from tests.support.turn_only import turn_only
from tests.support.whip_server import DECODED, WhipServer, whip_server

CONFIGURATION = """\
http: {{port: {port}}}
cameras:
  front:
    source: "synthetic:?width=320&height=240&fps=30"
    outputs:
      - {{whip: "{whip}", token: t0ken-for-the-sfu}}
      - {{whip: "http://127.0.0.1:9/s3cret/whip", token: t0ken-for-nobody}}
"""


BEHIND_A_FIREWALL = """\
http: {{port: {port}}}
cameras:
  front:
    source: "synthetic:?width=320&height=240&fps=30"
    outputs: [{{whip: "{whip}"}}]
webrtc: {{connect_timeout_s: 2.0}}
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


async def test_without_udp_it_goes_through_the_servers_own_turn(tmp_path: Path) -> None:
    port, sfu_port, file = free_port(), free_port(), tmp_path / "peerlens.yaml"
    with (
        emulated_link(PERFECT) as link,
        turn_only(link.server, link.viewer, tmp_path, over="tcp", program_relayed=False) as turn,
    ):
        [url] = turn.urls(udp=False, tls=False)
        known = turn.credential()
        header = (
            f'<{url}>; rel="ice-server"; username="{known.username}";'
            f' credential="{known.password}"; credential-type="password"'
        )
        address = link.server.address
        serving = ("--host", address, "--port", str(sfu_port), "--link", header)
        whip = f"http://{address}:{sfu_port}/whip/front"
        file.write_text(BEHIND_A_FIREWALL.format(port=port, whip=whip), "utf-8")
        async with (
            python_program("-m", "tests.support.whip_server", *serving, inside=link.server) as sfu,
            program("up", "-c", str(file), inside=link.viewer) as running,
        ):
            await running.printed("front/whip0 = failed: no connection in 2 s after the answer")
            await running.printed("front/whip0 = live")
            await sfu.printed(DECODED)

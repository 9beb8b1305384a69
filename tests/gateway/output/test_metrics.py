"""The figures of outputs, as Prometheus is told."""

from gateway.gateway import Gateway
from gateway.output.lifecycle import OutputState
from gateway.output.metrics import STATES, output_metrics
from tests.gateway.output.test_output import in_state, publishing
from tests.support.whip_server import WhipServer, whip_server


def values(gateway: Gateway, name: str) -> dict[str, float]:
    """Return one figure of each output of camera ``front``, by its place."""
    return {
        sample.labels["output"]: sample.value
        for family in output_metrics(gateway.outputs)
        for sample in family.samples
        if sample.name == f"peerlens_output_{name}" and sample.labels["camera"] == "front"
    }


def test_each_state_has_its_number() -> None:
    assert sorted(STATES.values()) == list(range(len(OutputState)))


async def test_the_figures_of_a_live_and_a_dead_output() -> None:
    server = WhipServer()
    async with whip_server(server), publishing(server.url, "http://127.0.0.1:9") as gateway:
        live, dead = gateway.outputs.all
        await in_state(live, OutputState.LIVE)
        await in_state(dead, OutputState.FAILED)
        await server.newest().frames_more(10)
        assert values(gateway, "state") == {"0": 3, "1": 4}
        packets = values(gateway, "sent_packets_total")
        size = values(gateway, "sent_payload_bytes_total")
        assert 0 == packets["1"] == size["1"] < packets["0"] < size["0"]
        assert values(gateway, "reconnects_total")["0"] == 0
        assert set(values(gateway, "resent_packets_total")) == {"0", "1"}
        assert set(values(gateway, "dropped_units_total")) == {"0", "1"}


async def test_counters_do_not_fall_when_a_session_ends() -> None:
    async with whip_server(WhipServer()) as server, publishing(server.url) as gateway:
        [output] = gateway.outputs.all
        session = await server.session()
        await session.frames_more(10)
        before = values(gateway, "sent_packets_total")["0"]
        server.sessions.clear()
        await session.close()
        await in_state(output, OutputState.FAILED)
        between = values(gateway, "sent_packets_total")["0"]
        assert between >= before
        await (await server.session()).frames_more(1)
        assert values(gateway, "sent_packets_total")["0"] > between
        assert values(gateway, "reconnects_total") == {"0": 1}


async def test_without_outputs_there_are_no_figures() -> None:
    async with publishing() as gateway:
        assert values(gateway, "state") == {}

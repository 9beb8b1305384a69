"""A second opinion on what is published: Janus, whose WebRTC is not aiortc's."""

from gateway.output.lifecycle import OutputState
from tests.gateway.output.test_output import in_state, keyframes_of, publishing
from tests.support.janus_room import janus_room
from tests.support.polling import until


async def test_viewers_of_janus_see_the_camera_and_get_keyframes_when_they_come() -> None:
    async with janus_room() as room:
        async with publishing(room.url) as gateway:
            [output] = gateway.outputs.all
            await in_state(output, OutputState.LIVE)
            await until(lambda: output.delivery and output.delivery.lost is not None, "a report")
            for _ in range(2):
                keyframes = keyframes_of(gateway)
                async with room.watching() as viewer:
                    await viewer.frames_more(15)
                    assert viewer.newest is not None
                    assert (viewer.newest.width, viewer.newest.height) == (320, 240)
                assert keyframes_of(gateway) > keyframes
            assert gateway.cameras["front"].viewers == 1, "Janus' viewers cost the gateway nothing"
            assert len(await room.publishers()) == 1
            delivery = output.delivery
            assert delivery is not None
            assert delivery.estimate_bps == 2_000_000, "the room's limit, as Janus tells it"
        assert await room.publishers() == [], "the session was ended"

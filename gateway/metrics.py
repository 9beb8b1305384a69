"""The gateway's figures for Prometheus. Labels are camera ids, which configuration bounds."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.ai.metrics import ai_metrics
from gateway.camera import Camera
from gateway.delivery_metrics import delivery_metrics
from gateway.drive.metrics import drive_metrics
from gateway.events.metrics import event_metrics
from gateway.gateway import Gateway
from gateway.home_assistant.metrics import mqtt_metrics
from gateway.ice_metrics import ice_metrics
from gateway.output.metrics import output_metrics
from gateway.picture_metrics import picture_metrics


class GatewayMetrics(Collector):
    """Reads the figures off the gateway when Prometheus asks; nothing is kept twice."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        yield from self._cameras()
        yield from self._peers()
        yield from picture_metrics(self._gateway.picture_viewers)
        yield from drive_metrics(self._gateway.cars)
        yield from event_metrics(self._gateway.recording)
        if self._gateway.describer is not None:
            yield from ai_metrics(self._gateway.describer)
        if self._gateway.home_assistant is not None:
            yield from mqtt_metrics(self._gateway.home_assistant)
        yield from output_metrics(self._gateway.outputs)

    def _cameras(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("peerlens_camera_live", "1 while frames arrive", labels=["camera"])
        fps = GaugeMetricFamily("peerlens_camera_fps", "Frames per second", labels=["camera"])
        viewers = GaugeMetricFamily("peerlens_camera_viewers", "Viewers", labels=["camera"])
        families = [up, fps, viewers]
        counters = {
            name: CounterMetricFamily(f"peerlens_camera_{name}", text, labels=["camera"])
            for name, text in COUNTERS.items()
        }
        for camera in self._gateway.cameras.values():
            info = camera.info
            up.add_metric([camera.id], float(info.state == "live"))
            fps.add_metric([camera.id], info.fps or 0.0)
            viewers.add_metric([camera.id], info.viewers)
            for name, value in _counts(camera).items():
                counters[name].add_metric([camera.id], value)
        yield GaugeMetricFamily(
            "peerlens_overload_level",
            "What is left out: 0 nothing, 1-2 detections, 3-4 frames, 5 driven cameras' too",
            value=self._gateway.overload.level,
        )
        yield from families
        yield from counters.values()

    def _peers(self) -> Iterator[Metric]:
        peers = self._gateway.peers
        yield GaugeMetricFamily("peerlens_peers", "Open viewer sessions", value=len(peers))
        yield GaugeMetricFamily(
            "peerlens_peers_closing", "Viewer sessions being closed", value=peers.closing
        )
        yield CounterMetricFamily(
            "peerlens_peers_opened", "Viewer sessions ever opened", value=peers.opened
        )
        yield CounterMetricFamily(
            "peerlens_peer_closes_overdue",
            "Viewer sessions that did not close in time",
            value=peers.closes_overdue,
        )
        yield GaugeMetricFamily(
            "peerlens_peers_segmented",
            "Open viewer sessions whose frames leave in one system call",
            value=sum(peer.segmented for peer in peers.all()),
        )
        yield from delivery_metrics(peers)
        yield from ice_metrics(peers.turn_choice, peers.candidates_refused)


COUNTERS = {
    "frames": "Frames received",
    "frames_skipped": "Frames dropped because the machine was busy",
    "frames_shed": "Frames left out because the gateway was overloaded or the camera flooded it",
    "detections_shed": "Frames not looked at for motion because the gateway was overloaded",
    "frames_bad": "Frames that could not be decoded",
    "connects": "Attempts to open the source",
    "keyframes": "Keyframes encoded, all codecs",
    "encoder_failures": "Encoders replaced after a failure",
    "detections_late": "Frames not looked at for motion because the detector took too long before",
    "motion_failures": "Motion detectors replaced after a failure",
}


def _counts(camera: Camera) -> dict[str, int]:
    streams = camera.all_streams
    return {
        "frames": camera.frames,
        "frames_skipped": camera.worker.dropped,
        "frames_shed": camera.gate.shed,
        "detections_shed": camera.pipeline.detections_shed,
        "frames_bad": camera.pipeline.bad_frames,
        "connects": camera.connects,
        "keyframes": sum(stream.keyframes for stream in streams),
        "encoder_failures": sum(stream.failures for stream in streams),
        "detections_late": camera.pipeline.detections_late,
        "motion_failures": camera.pipeline.motion_failures,
    }

"""Children of the benchmarks: started, ready, measured, and gone."""

import sys

import psutil
import pytest

from bench.errors import ProcessFailed
from bench.processes import child, free_port, python

FORKING = """
import subprocess, sys
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(inner.pid, flush=True)
inner.wait()
"""


def test_child_and_its_children_are_gone_afterwards() -> None:
    with child("forking", [sys.executable, "-c", FORKING], pipes=True) as started:
        assert started.popen.stdout is not None
        inner = int(started.popen.stdout.readline())
        assert psutil.pid_exists(inner)
        assert started.cpu_s() > 0.0
    assert started.popen.poll() is not None
    with pytest.raises(ProcessFailed, match="forking ended"):
        started.cpu_s()
    psutil.wait_procs([psutil.Process(inner)] if psutil.pid_exists(inner) else [], timeout=5)
    assert not psutil.pid_exists(inner) or psutil.Process(inner).status() == "zombie"


def test_child_is_stopped_when_the_block_fails() -> None:
    with (
        pytest.raises(KeyError),
        child("sleeping", [sys.executable, "-c", "import time; time.sleep(60)"]) as started,
    ):
        raise KeyError("block")
    assert started.popen.poll() is not None


def test_child_that_ends_at_once_is_reported_with_its_log() -> None:
    argv = [sys.executable, "-c", "raise SystemExit('no such camera')"]
    with (
        pytest.raises(ProcessFailed, match=r"(?s)failing ended with code 1.*no such camera"),
        child("failing", argv, ready=f"http://127.0.0.1:{free_port()}/"),
    ):
        pass


def test_ready_means_answering() -> None:
    port = free_port()
    argv = python("http.server", str(port), "--bind", "127.0.0.1")
    with child("files", argv, ready=f"http://127.0.0.1:{port}/bench/page.html") as started:
        assert started.popen.poll() is None

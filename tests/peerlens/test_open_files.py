import resource
import subprocess
import sys

SCRIPT = """
import resource
from peerlens.open_files import raise_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 512))
raise_limit()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_soft_limit_becomes_the_hard_one() -> None:
    # In a process of its own: a hard limit cannot be raised again.
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= 512
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout.split() == ["512", "512"]

"""Imports go one way: protocol <- edge <- signaling | gateway <- peerlens."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT: dict[str, set[str]] = {
    "protocol": set(),
    "edge": {"protocol"},
    "signaling": {"protocol", "edge"},
    "gateway": {"protocol", "edge"},
    "peerlens": {"protocol", "edge", "signaling", "gateway"},
}
OURS = {*MAY_IMPORT, "tests", "bench"}
STANDARD_LIBRARY_ONLY = {"protocol"}


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything that ``file`` imports, wherever it does so."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
            "import_module",
            "__import__",
        ):
            # A name that is not written out could be anything.
            named = node.args and isinstance(node.args[0], ast.Constant)
            yield node.lineno, str(node.args[0].value) if named else "?"  # type: ignore[attr-defined]


def reverse_edges(root: Path) -> list[str]:
    """Return every import below ``root`` that the direction forbids."""
    found = []
    for package, allowed in MAY_IMPORT.items():
        for file in sorted((root / package).rglob("*.py")):
            for line, name in imports(file):
                top = name.split(".")[0]
                # A relative import stays inside its package, if it can be resolved at all.
                outside = top not in ("", package)
                forbidden = top in OURS - allowed or top == "?"
                foreign = package in STANDARD_LIBRARY_ONLY and top not in sys.stdlib_module_names
                if outside and (forbidden or foreign):
                    found.append(f"{file.relative_to(root)}:{line}: {package} imports {name}")
    return found


def test_every_import_goes_the_right_way() -> None:
    assert reverse_edges(ROOT) == []


def test_every_package_is_looked_at() -> None:
    for package in MAY_IMPORT:
        assert (ROOT / package / "__init__.py").exists(), package
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= OURS


@pytest.mark.parametrize(
    ("package", "line"),
    [
        ("protocol", "import yarl"),
        ("protocol", "from edge.settings import Frozen"),
        ("edge", "import signaling.settings"),
        ("edge", "from gateway import units"),
        ("signaling", "import gateway.units as u"),
        ("signaling", "def late():\n    from gateway.units import Codec"),
        ("signaling", "import json, peerlens.cli"),
        ("gateway", "try:\n    import signaling\nexcept ImportError:\n    pass"),
        ("gateway", "import importlib\nimportlib.import_module('signaling.app')"),
        ("gateway", "__import__('signaling')"),
        ("gateway", "import importlib\nname = 'x'\nimportlib.import_module(name)"),
        ("gateway", "if False:\n    import tests.support.pictures"),
        ("peerlens", "import bench.load"),
    ],
)
def test_a_reverse_edge_is_found(tmp_path: Path, package: str, line: str) -> None:
    inner = tmp_path / package / "deep"
    inner.mkdir(parents=True)
    (inner / "sample.py").write_text(line, "utf-8")
    (found,) = reverse_edges(tmp_path)
    assert found.startswith(f"{package}/deep/sample.py:")
    assert f"{package} imports " in found


@pytest.mark.parametrize(
    ("package", "line"),
    [
        ("protocol", "import json\nfrom protocol.fields import Length\nfrom . import errors"),
        ("edge", "import aiohttp\nimport protocol.codec"),
        ("signaling", "from edge import app\nfrom protocol import codec"),
        ("gateway", "import av\nfrom edge import app\nfrom gateway.units import Codec"),
        ("peerlens", "from gateway import app\nfrom signaling import app as broker"),
    ],
)
def test_the_right_way_is_allowed(tmp_path: Path, package: str, line: str) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "sample.py").write_text(line, "utf-8")
    assert reverse_edges(tmp_path) == []

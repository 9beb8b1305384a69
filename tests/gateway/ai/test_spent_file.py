"""What was spent is known after a restart."""

from pathlib import Path

import pytest

from gateway.ai.spent_file import read_spent, write_spent


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "state" / "ai_spent.json"
    assert read_spent(path) == (-1, 0)
    write_spent(path, 20_000, 17)
    assert read_spent(path) == (20_000, 17)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"day": "x", "spent": 1}', '{"day": 1e999}'])
def test_what_makes_no_sense_counts_as_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ai_spent.json"
    path.write_text(content, "utf-8")
    assert read_spent(path) == (-1, 0)

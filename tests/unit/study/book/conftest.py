"""A small tape, its map and its base, and a way to import them with some words replaced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from halflife.study.book import Book, import_book

DATA = Path(__file__).resolve().parents[3] / "data"
TAPE, MAP, BASE = (
    (DATA / name).read_text(encoding="utf-8") for name in ("book_tape.csv", "book_map.yaml", "book_base.yaml")
)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Book]:
    """Import, with the words of any of the three files replaced."""

    def importer(tape: str = TAPE, map_text: str = MAP, base: str = BASE) -> Book:
        (tmp_path / "tape.csv").write_text(tape, encoding="utf-8")
        (tmp_path / "map.yaml").write_text(map_text, encoding="utf-8")
        (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
        return import_book(tmp_path / "tape.csv", tmp_path / "map.yaml", tmp_path / "base.yaml")

    return importer

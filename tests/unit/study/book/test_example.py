"""The worked example becomes a system that the engine resolves, and says that it is invented."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from halflife.engine.resolve import resolve
from halflife.foundation.document import read_document
from halflife.study.book import import_book

FOLDER = Path(__file__).resolve().parents[4] / "examples" / "book"


def test_the_example_tape_becomes_a_system_whose_base_case_pays():
    book = import_book(FOLDER / "tape.csv", FOLDER / "map.yaml", FOLDER / "base.yaml")
    deal = resolve(book.spec, read_document(book.text))
    assert (book.rows, len(deal.names.borrowers), len(deal.names.facilities)) == (8, 7, 8)
    assert "Everybody else" in deal.names.lenders
    scheduled, cfads = deal.base.scheduled[:, 1:], deal.base.cfads[:, 1:]
    assert np.all(cfads[scheduled > 0.0] >= 1.2 * scheduled[scheduled > 0.0])


def test_every_file_of_the_example_says_that_it_is_synthetic():
    for name in ("map.yaml", "base.yaml"):
        assert "SYNTHETIC" in (FOLDER / name).read_text(encoding="utf-8").splitlines()[0]
    rows = (FOLDER / "tape.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert all(row.startswith("SYN-") for row in rows)

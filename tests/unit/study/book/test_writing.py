"""What is written is what is read, word for word, whole or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halflife.foundation.document import read_document
from halflife.foundation.errors import ResourceError
from halflife.study.book import write_whole, yaml_text

ODD = (
    "1e6",
    "null",
    "~",
    "2026-03-31",
    "9 %",
    "- a",
    "x: y",
    "a #b",
    "|",
    "2,304",
    "0x1f",
    "1_000",
    ".5",
    "yes",
    " a",
    "012",
    "AA-",
)
TEXT = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=20).filter(str.isprintable)
LEAVES = (
    TEXT
    | st.sampled_from(ODD)
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
)
KEYS = TEXT.filter(lambda key: key and key not in ("<<", "value", "assumed"))
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=30
)


@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
def test_every_tree_reads_back_as_it_was(tree):
    assert read_document(yaml_text(tree, "of a test")).tree() == tree


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "system.yaml"
    write_whole(path, "first: 1\n")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(ResourceError, match="the disk is full"):
        write_whole(path, "second: 2\n")
    assert path.read_text(encoding="utf-8") == "first: 1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ResourceError, match="No such file"):
        write_whole(tmp_path / "none" / "system.yaml", "a: 1\n")

"""A record written and read again is the same record."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from halflife.foundation.errors import DataError, ResourceError
from halflife.results import Results, store
from halflife.results.store import read_results, write_results


def assert_same(one: Results, other: Results) -> None:
    for part in fields(Results):
        left, right = getattr(one, part.name), getattr(other, part.name)
        if part.name in ("columns", "edges"):
            assert left.keys() == right.keys()
            for key in left:
                np.testing.assert_array_equal(left[key], right[key], strict=True)
        elif part.name == "summary":
            assert left.weight == right.weight
            np.testing.assert_array_equal(left.sums, right.sums)
            np.testing.assert_array_equal(left.fans, right.fans)
        elif isinstance(left, np.ndarray):
            np.testing.assert_array_equal(left, right, strict=True)
        else:
            assert left == right, part.name


def test_every_number_comes_back_as_it_was(made_up, tmp_path):
    write_results(made_up, tmp_path / "run")
    assert_same(made_up, read_results(tmp_path / "run"))


def test_awkward_numbers_come_back_as_they_were(made_up, tmp_path):
    odd = np.array(made_up.columns["loss"])
    odd[0, 0], odd[1, 0], odd[2, 0] = 5e-324, -0.0, 0.1 + 0.2
    record = replace(made_up, columns={**made_up.columns, "loss": odd})
    write_results(record, tmp_path / "run")
    back = read_results(tmp_path / "run").columns["loss"]
    assert back.tobytes() == odd.tobytes()


def test_a_system_without_covenants_comes_back(made_up, tmp_path):
    axis = replace(made_up.axis, covenants=(), covenant_borrower=())
    columns = {**made_up.columns, "first_breach": np.zeros((2000, 0))}
    bare = replace(made_up, axis=axis, columns=columns)
    write_results(bare, tmp_path / "run")
    assert_same(bare, read_results(tmp_path / "run"))


def test_a_second_run_replaces_the_first_and_keeps_other_files(made_up, make_results, tmp_path):
    folder = tmp_path / "run"
    write_results(made_up, folder)
    (folder / "notes.txt").write_text("mine")
    other = make_results(paths=300, seed=4)
    write_results(other, folder)
    assert_same(other, read_results(folder))
    assert (folder / "notes.txt").read_text() == "mine"
    assert [item.name for item in tmp_path.iterdir()] == ["run"]


def test_a_folder_without_a_record_gets_one_and_keeps_its_files(made_up, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    write_results(made_up, tmp_path)
    assert_same(made_up, read_results(tmp_path))
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("is_second", [False, True])
def test_an_interrupt_leaves_what_was_there(made_up, make_results, tmp_path, monkeypatch, is_second):
    folder = tmp_path / "run"
    if is_second:
        write_results(made_up, folder)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "fans_table", stop)
    with pytest.raises(KeyboardInterrupt):
        write_results(make_results(paths=300), folder)
    assert [item.name for item in tmp_path.iterdir()] == (["run"] if is_second else [])
    if is_second:
        assert_same(made_up, read_results(folder))


def test_an_interrupt_between_the_renames_puts_the_first_record_back(made_up, make_results, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    write_results(made_up, folder)
    calls, rename = [], store.os.replace

    def stop_at_second(source: object, target: object) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(store.os, "replace", stop_at_second)
    with pytest.raises(KeyboardInterrupt):
        write_results(make_results(paths=300), folder)
    monkeypatch.undo()
    assert_same(made_up, read_results(folder))


def test_a_folder_that_cannot_be_made_is_said(made_up, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        write_results(made_up, tmp_path / "file" / "run")


def test_missing_damaged_and_foreign_records_are_said(made_up, tmp_path):
    with pytest.raises(DataError, match="no complete results"):
        read_results(tmp_path)
    folder = tmp_path / "run"
    write_results(made_up, folder)
    (folder / "columns.parquet").write_bytes(b"not parquet")
    with pytest.raises(DataError, match="damaged"):
        read_results(folder)
    record = json.loads((folder / "results.json").read_text())
    (folder / "results.json").write_text(json.dumps({**record, "format": 99}))
    with pytest.raises(DataError, match="format 99"):
        read_results(folder)
    (folder / "results.json").write_text("{")
    with pytest.raises(DataError, match="damaged"):
        read_results(folder)


def test_tables_are_named_for_people(made_up, tmp_path):
    write_results(made_up, tmp_path / "run")
    series = pq.read_table(tmp_path / "run" / "series.parquet")
    assert series.column_names == ["quantity", "entity", "row", "month", "date", "sum", "mean"]
    assert "loss[ddtl]" in pq.read_table(tmp_path / "run" / "columns.parquet").column_names

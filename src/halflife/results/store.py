"""A run's record as files: JSON for names, Parquet for numbers; written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from halflife.foundation.axes import Floats
from halflife.foundation.errors import DataError, ResourceError
from halflife.results.record import Axis, Provenance, Results
from halflife.results.summary import Summary

FORMAT = 1
RECORD, COLUMNS, SERIES, FANS = "results.json", "columns.parquet", "series.parquet", "fans.parquet"
FILES = (COLUMNS, SERIES, FANS, RECORD)


def write_results(results: Results, folder: Path | str, pages: Mapping[str, str] | None = None) -> Path:
    """Write a record.

    Parameters
    ----------
    results : Results
    folder : path
        Made if missing. An earlier record there is replaced; other files in it are kept.
    pages : file name -> text, optional
        Written beside the record in the same step, such as a report.

    Returns
    -------
    folder

    Raises
    ------
    ResourceError
        If the folder cannot be written; what was there before then still is.

    Notes
    -----
    Everything is written into a hidden folder beside it first and renamed at the end, so an interrupt leaves
    no half-written record.
    """
    target = Path(folder).absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as name:
            draft = Path(name) / "record"
            draft.mkdir()
            _write_files(results, draft)
            for page, text in (pages or {}).items():
                (draft / page).write_text(text, encoding="utf-8")
            if not target.exists():
                os.replace(draft, target)
            elif (target / RECORD).exists():
                _swap(target, draft, Path(name) / "before")
            else:
                _move_in(target, draft)
    except OSError as error:
        raise ResourceError(f"{target}: cannot write the results ({error.strerror or error})") from error
    return Path(folder)


def _swap(target: Path, draft: Path, before: Path) -> None:
    """Replace an earlier record, keeping what else lies beside it; undone if it cannot be completed."""
    for item in target.iterdir():
        if item.name not in FILES and not (draft / item.name).exists():
            copy = shutil.copytree if item.is_dir() else shutil.copy2
            copy(item, draft / item.name)
    os.replace(target, before)
    try:
        os.replace(draft, target)
    except BaseException:
        os.replace(before, target)
        raise


def _move_in(target: Path, draft: Path) -> None:
    """Move a record into a folder that has none; its JSON last, because without it there is no record."""
    for page in draft.iterdir():
        if page.name not in FILES:
            os.replace(page, target / page.name)
    for name in FILES:
        os.replace(draft / name, target / name)


def _write_files(results: Results, folder: Path) -> None:
    pq.write_table(columns_table(results), folder / COLUMNS)
    pq.write_table(series_table(results), folder / SERIES)
    pq.write_table(fans_table(results), folder / FANS)
    text = json.dumps(_record(results), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def columns_table(results: Results) -> pa.Table:
    """Outcomes by path as an Arrow table: one row a path, columns such as ``loss[ddtl]``."""
    arrays: dict[str, Any] = {}
    for name, column in results.columns.items():
        if column.ndim == 1:
            arrays[name] = pa.array(column)
            continue
        for place, entity in enumerate(_entities(results.axis, name, column.shape[1])):
            arrays[f"{name}[{entity}]"] = pa.array(np.ascontiguousarray(column[:, place]))
    return pa.table(arrays)


def series_table(results: Results) -> pa.Table:
    """Means by month as an Arrow table: quantity, entity, month, date, weighted sum and mean."""
    keys = list(results.series)
    rows = [results.series[key] for key in keys]
    months = results.summary.sums.shape[1]
    sums = results.summary.sums[rows].ravel() if rows else np.zeros(0)
    return pa.table({
        "quantity": _repeated([quantity for quantity, _ in keys], months),
        "entity": _repeated([entity for _, entity in keys], months),
        "row": np.repeat(np.asarray(rows, dtype=np.int64), months),
        "month": np.tile(np.arange(months), len(keys)),
        "date": pa.array(np.tile(np.array(results.dates[:months], dtype="datetime64[D]"), len(keys))),
        "sum": sums,
        "mean": sums / results.summary.weight,
    })  # fmt: skip


def fans_table(results: Results) -> pa.Table:
    """Histograms by fan date as an Arrow table: quantity, entity, month, lower edge of bin, weight in it."""
    keys = list(results.fans)
    _, dates, bins = results.summary.fans.shape
    lower = [np.tile(results.edges[quantity][:bins], dates) for quantity, _ in keys]
    counts = [results.summary.fans[results.fans[key]].ravel() for key in keys]
    return pa.table({
        "quantity": _repeated([quantity for quantity, _ in keys], dates * bins),
        "entity": _repeated([entity for _, entity in keys], dates * bins),
        "row": np.repeat(np.asarray([results.fans[key] for key in keys], dtype=np.int64), dates * bins),
        "month": np.tile(np.repeat(results.fan_months, bins), len(keys)),
        "bin": np.tile(np.arange(bins), dates * len(keys)),
        "lower": np.concatenate(lower) if keys else np.zeros(0),
        "weight": np.concatenate(counts) if keys else np.zeros(0),
    })  # fmt: skip


def _repeated(words: list[str], times: int) -> pa.Array:
    """Each word a number of times, as a dictionary: a column of names costs next to nothing."""
    index = np.repeat(np.arange(len(words), dtype=np.int32), times)
    return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(words, type=pa.string()))


OF_BORROWERS = ("default_month", "cause", "least_dscr", "first_shortfall", "equity_in", "equity_out", "support")
OF_COVENANTS, OF_PARTIES = ("first_breach",), ("party_failed",)


def _entities(axis: Axis, column: str, count: int) -> tuple[str, ...]:
    """Names along the second axis of a column."""
    if column in OF_COVENANTS:
        return axis.covenants
    if column in OF_PARTIES:
        return axis.parties
    names = axis.borrowers if column in OF_BORROWERS else axis.facilities
    return names if len(names) == count else tuple(str(place) for place in range(count))


def _record(results: Results) -> dict[str, Any]:
    """Everything that is not a large array."""
    return {
        "format": FORMAT,
        "name": results.name,
        "dates": [day.isoformat() for day in results.dates],
        "axis": asdict(results.axis),
        "provenance": asdict(results.provenance),
        "series": [[*key, row] for key, row in results.series.items()],
        "fans": [[*key, row] for key, row in results.fans.items()],
        "fan_months": results.fan_months.tolist(),
        "edges": {name: edges.tolist() for name, edges in results.edges.items()},
        "weight": results.summary.weight,
        "shapes": {"sums": list(results.summary.sums.shape), "fans": list(results.summary.fans.shape)},
        "columns": {name: list(column.shape) for name, column in results.columns.items()},
        "commitments": results.commitments.tolist(),
        "maturities": results.maturities.tolist(),
        "unresolved": results.unresolved,
    }


def read_results(folder: Path | str) -> Results:
    """Read a record that `write_results` wrote; every number comes back as it was.

    Raises
    ------
    DataError
        If it is missing, damaged, or from a version with another format.
    """
    source = Path(folder)
    try:
        record = json.loads((source / RECORD).read_text(encoding="utf-8"))
        if record.get("format") != FORMAT:
            found = record.get("format")
            raise DataError(f"{source}: results of format {found}, this version reads {FORMAT}: run again")
        return _results(record, source)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{source}: no complete results here ({reason}): run the deal first") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{source}: damaged results ({error}): run the deal again") from error


def _results(record: dict[str, Any], folder: Path) -> Results:
    series = {(quantity, entity): int(row) for quantity, entity, row in record["series"]}
    fans = {(quantity, entity): int(row) for quantity, entity, row in record["fans"]}
    summary = Summary(
        float(record["weight"]),
        _rows(pq.read_table(folder / SERIES, columns=["row", "sum"]), "sum", record["shapes"]["sums"]),
        _rows(pq.read_table(folder / FANS, columns=["row", "weight"]), "weight", record["shapes"]["fans"]),
    )
    return Results(
        name=record["name"],
        dates=tuple(date.fromisoformat(day) for day in record["dates"]),
        axis=Axis(**_tuples(record["axis"])),
        provenance=Provenance(**_tuples(record["provenance"])),
        series=series,
        fans=fans,
        fan_months=np.asarray(record["fan_months"], dtype=np.int64),
        edges={name: np.asarray(edges, dtype=np.float64) for name, edges in record["edges"].items()},
        summary=summary,
        columns=_columns(pq.read_table(folder / COLUMNS), record["columns"]),
        commitments=np.asarray(record["commitments"], dtype=np.float64),
        maturities=np.asarray(record["maturities"], dtype=np.int64),
        unresolved=int(record["unresolved"]),
    )


def _rows(table: pa.Table, name: str, shape: list[int]) -> Floats:
    """Rows of a summary array, each in its place."""
    array = np.zeros(shape)
    width = int(np.prod(shape[1:]))
    values = table[name].to_numpy().reshape(-1, width)
    array.reshape(-1, width)[table["row"].to_numpy().reshape(-1, width)[:, 0]] = values
    return array


def _columns(table: pa.Table, shapes: Mapping[str, list[int]]) -> dict[str, Floats]:
    """Outcome columns in the shapes they had."""
    flat = {name: table[name].to_numpy() for name in table.column_names}
    columns: dict[str, Floats] = {}
    for name, shape in shapes.items():
        if len(shape) == 1:
            columns[name] = np.array(flat[name])
            continue
        own = [flat[key] for key in flat if key.startswith(f"{name}[")]
        columns[name] = np.stack(own, axis=1) if own else np.zeros(shape)
        if list(columns[name].shape) != shape:
            raise ValueError(f"column {name} has shape {list(columns[name].shape)}, the record says {shape}")
    return columns


def _tuples(record: dict[str, Any]) -> dict[str, Any]:
    """Lists back to tuples, one level down as well."""

    def frozen(item: Any) -> Any:
        return tuple(frozen(one) for one in item) if isinstance(item, list) else item

    return {key: frozen(value) for key, value in record.items()}

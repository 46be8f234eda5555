"""Writing facts: one shape for every number, and files a person can read."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

FACTS = Path(__file__).resolve().parents[1] / "src" / "halflife" / "facts"
Documents = dict[str, dict[str, Any]]


def rounded(number: float, digits: int = 5) -> float:
    """A number to so many significant digits, so that a file does not pretend."""
    return float(f"{number:.{digits}g}")


def estimate(value: float, error: float, unit: str, sample: str, source: str, date: str, **more: Any) -> dict[str, Any]:
    """Our own estimate with its standard error; ``low`` and ``high`` default to two errors either side."""
    low, high = more.pop("low", value - 1.96 * error), more.pop("high", value + 1.96 * error)
    return _shaped("estimated", value, unit, sample, source, date, standard_error=error, low=low, high=high, **more)


def quoted(value: float, unit: str, source: str, date: str, **more: Any) -> dict[str, Any]:
    """A number as its source gives it."""
    return _shaped("quoted", value, unit, more.pop("sample", "single value"), source, date, **more)


def assumed(value: float, low: float, high: float, unit: str, date: str, note: str) -> dict[str, Any]:
    """A number no source gives, with a range and the reason for it."""
    return _shaped("assumed", value, unit, "none", "assumption, see note", date, low=low, high=high, note=note)


def _shaped(kind: str, value: float, unit: str, sample: str, source: str, date: str, **more: Any) -> dict[str, Any]:
    shape: dict[str, Any] = {"value": rounded(value), "unit": unit, "kind": kind}
    shape |= {key: rounded(more.pop(key)) for key in ("standard_error", "low", "high") if more.get(key) is not None}
    return shape | {"sample": sample, "source": source, "date": date} | {k: v for k, v in more.items() if v}


def rows(data: Path, name: str) -> list[dict[str, str]]:
    """The rows of one calibration file."""
    with (data / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def month_number(month: str) -> int:
    """``2026-09`` as a count of months."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


class _Dumper(yaml.SafeDumper):
    """Short mappings stay on one line each; long text is folded."""


def write(documents: Mapping[str, Mapping[str, Any]], script: str) -> None:
    """Write facts files; each says which script wrote it."""
    for name, content in documents.items():
        text = yaml.dump(dict(content), Dumper=_Dumper, sort_keys=False, width=118, allow_unicode=True)
        path = FACTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Written by calibration/{script}.py; see docs/calibration.md. Do not edit by hand.\n{text}")
        sys.stdout.write(f"wrote {name}\n")


def main(build: Callable[[Path], Documents], script: str, arguments: Sequence[str]) -> None:
    """Run one script: its only argument is the folder that holds ``data/`` and ``reference/``."""
    if len(arguments) != 2:
        sys.stderr.write(f"usage: python -m calibration.{script} FOLDER   (the folder that HALFLIFE_DATA names)\n")
        raise SystemExit(2)
    write(build(Path(arguments[1])), script)

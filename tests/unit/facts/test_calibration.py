"""The shipped files are what the scripts make of the data."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "src" / "halflife" / "facts"
SCRIPTS = {
    "hazard": ("build", "build_tables"),
    "market": ("build",),
    "machines": ("build",),
    "practice": ("build",),
    "spreads": ("build",),
}
RELATIVE = 2e-4
"""Figures are written with five digits; linear algebra differs in the last ones between machines."""


def compare(found: Any, shipped: Any, where: str) -> None:
    if isinstance(found, Mapping):
        assert list(found) == list(shipped), where
        for key in found:
            compare(found[key], shipped[key], f"{where}.{key}")
    elif isinstance(found, (list, tuple)):
        assert len(found) == len(shipped), where
        for place, (one, other) in enumerate(zip(found, shipped, strict=True)):
            compare(one, other, f"{where}[{place}]")
    elif isinstance(found, float):
        assert found == pytest.approx(shipped, rel=RELATIVE, abs=1e-6), where
    else:
        assert found == shipped, where


@pytest.mark.parametrize(("script", "makers"), SCRIPTS.items())
def test_a_script_remakes_what_ships(
    script: str, makers: tuple[str, ...], data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    module = importlib.import_module(f"calibration.{script}")
    for maker in makers:
        for name, content in getattr(module, maker)(data_folder).items():
            shipped = yaml.safe_load((SHIPPED / name).read_text(encoding="utf-8"))
            compare(content, shipped, name)


def test_index_series_do_not_ship(data_folder: Path) -> None:
    quoted = (data_folder / "data" / "spreads_by_rating.csv").read_text(encoding="utf-8")
    assert "ICE BofA" in quoted
    for path in SHIPPED.rglob("*.yaml"):
        assert "ICE BofA" not in path.read_text(encoding="utf-8"), path.name

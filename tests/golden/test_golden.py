"""Our own numbers for two deals, to notice drift; `make golden` records them anew, the changelog says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from halflife.metrics import Measure
from halflife.study.run import run
from halflife.study.termsheet import load

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PATHS, SEED = 10_000, 7


@pytest.mark.parametrize("name", ["coreweave-ddtl-4.0", "full-feature"])
def test_numbers_have_not_moved(golden, name):
    finished = run(load(EXAMPLES / f"{name}.yaml"), paths=PATHS, seed=SEED)
    found = {f"{m.name} of {m.entity}": m.value for m in finished.measures() if isinstance(m, Measure)}
    results = finished.results
    for column, outcomes in results.columns.items():
        found[f"sum of {column}"] = float(outcomes.sum())
    found["sum of weights"] = float(results.summary.weight)
    found["sum of sums"] = float(results.summary.sums.sum())
    found["sum of fans"] = float(results.summary.fans.sum())
    golden(name, found)

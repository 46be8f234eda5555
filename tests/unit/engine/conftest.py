"""One quiet deal whose events are written down: no noise, and parties that fail in the month we say."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halflife.engine.resolve import Deal, resolve
from halflife.engine.system import SystemSpec
from halflife.engine.twin import replay, rows
from halflife.foundation.document import read_document

DATA = Path(__file__).resolve().parents[2] / "data"
QUIET = {
    "compute": {
        "speed": "1 /yr", "volatility": "0 %/sqrt(yr)", "age_drift": "20 %/yr", "idiosyncratic": "0 %/sqrt(yr)",
    },
    "short_rate": {"curve": ["4 %"], "speed": "1 /yr", "volatility": "0 %"},
    "credit": {
        "level": "400 bp", "start": "400 bp", "speed": "1 /yr", "volatility": "0 %/sqrt(yr)", "shut_above": "800 bp",
    },
    "power": {"price": "0.08 USD/kWh", "speed": "1 /yr", "volatility": "0 %/sqrt(yr)"},
}  # fmt: skip
DELETE = object()


@dataclass(frozen=True)
class Story:
    """One path: ``story("waterfall.pools", b, field)`` is a figure by month."""

    deal: Deal
    arrays: dict[str, np.ndarray]

    def __call__(self, name: str, entity: int, field: int) -> np.ndarray:
        return self.arrays[name][:, entity, field, 0]


def change(tree: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Write values at slash-separated paths of a copy of the tree."""
    changed = copy.deepcopy(tree)
    for path, value in changes.items():
        *way, last = [int(key) if key.isdigit() else key for key in path.split("/")]
        node: Any = changed
        for key in way:
            node = node.setdefault(key, {}) if isinstance(node, dict) else node[key]
        if value is DELETE:
            del node[last]
        else:
            node[last] = copy.deepcopy(value)
    return changed


@pytest.fixture(scope="session")
def quiet() -> Callable[..., Deal]:
    """A deal without noise: ``quiet("term_loan.yaml", {"borrowers/0/debt/cash": "5 m USD"})``."""
    trees = {name: read_document(DATA / name).tree() for name in ("term_loan.yaml", "full_ddtl.yaml")}

    def make(name: str, changes: Mapping[str, Any] = {}) -> Deal:
        calm = {f"economy/market/{part}": words for part, words in QUIET.items()}
        return resolve(SystemSpec.model_validate(change(trees[name], {**calm, **changes})))

    return make


@pytest.fixture(scope="session")
def live() -> Callable[..., Story]:
    """Replay one path on which the named parties fail in the given months, and nobody else does."""

    def tell(deal: Deal, fails: Mapping[str, int] = {}, path: int = 0) -> Story:
        table = deal.plan.counterparties
        hazard = np.zeros_like(table.hazard)
        for name, month in fails.items():
            hazard[deal.names.parties.index(name), month] = 1e9
        idle = np.zeros_like(table.is_venture)
        sure = table._replace(hazard=hazard, tilt=np.zeros_like(table.tilt), is_venture=idle, forced=table.forced[:0])
        told = replace(deal, plan=deal.plan._replace(counterparties=sure))
        kept: dict[str, list[np.ndarray]] = {}
        for _, state in replay(told.plan, [path], 7):
            for room, part in zip(state._fields, state, strict=True):
                for name, array in zip(part._fields, part, strict=True):
                    kept.setdefault(f"{room}.{name}", []).append(rows(array, 1))
        return Story(told, {name: np.array(months) for name, months in kept.items()})

    return tell

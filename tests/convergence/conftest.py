"""Large samples from the twin: final states and chosen months, never a whole history."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halflife.engine.resolve import Deal, resolve
from halflife.engine.system import SystemSpec
from halflife.engine.twin import replay, rows
from halflife.foundation.document import read_document

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def change() -> Callable[..., Deal]:
    """Resolve a deal with values written at slash-separated paths: ``change("tests/data/term_loan.yaml", {...})``."""

    def make(name: str, changes: dict[str, Any] | None = None) -> Deal:
        tree = read_document(ROOT / name).tree()
        for path, value in (changes or {}).items():
            *way, last = [int(key) if key.isdigit() else key for key in path.split("/")]
            node: Any = tree
            for key in way:
                node = node.setdefault(key, {}) if isinstance(node, dict) else node[key]
            node[last] = copy.deepcopy(value)
        return resolve(SystemSpec.model_validate(tree))

    return make


@pytest.fixture(scope="session")
def sample() -> Callable[..., dict[str, np.ndarray]]:
    """Fields of the final state: ``sample(plan, paths, ["counterparties.parties"])[name][entity, field, path]``."""

    def walk(plan: Any, paths: Any, names: list[str], seed: int = 7, batch: int = 20_000) -> dict[str, np.ndarray]:
        parts: dict[str, list[np.ndarray]] = {name: [] for name in names}
        numbers = np.asarray(paths)
        for begin in range(0, numbers.size, batch):
            some = numbers[begin : begin + batch]
            for month, state in replay(plan, some, seed):
                if month == plan.months:
                    for name in names:
                        room, array = name.split(".")
                        parts[name].append(rows(getattr(getattr(state, room), array), some.size))
        return {name: np.concatenate(found, axis=2) for name, found in parts.items()}

    return walk

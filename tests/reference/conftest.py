"""How a reference case is read and compared: `case.yaml` beside its `SOURCE.md`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

FOLDER = Path(__file__).parent


def disagreements(found: Any, expected: Any, tolerance: Mapping[str, float], where: str = "") -> list[str]:
    """Walk two structures and name every number that is off by more than the tolerance."""
    if isinstance(expected, Mapping):
        if not isinstance(found, Mapping) or set(found) != set(expected):
            return [f"{where}: found {found!r}, expected the keys {sorted(expected)}"]
        pairs = [(found[key], expected[key], f"{where}.{key}") for key in expected]
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        if len(found) != len(expected):
            return [f"{where}: found {len(found)} numbers, expected {len(expected)}"]
        pairs = [(found[i], expected[i], f"{where}[{i}]") for i in range(len(expected))]
    else:
        rel, absolute = tolerance.get("rel", 0.0), tolerance.get("abs", 0.0)
        is_close = math.isclose(float(found), expected, rel_tol=rel, abs_tol=absolute)
        return [] if is_close else [f"{where}: found {float(found)!r}, expected {expected!r}"]
    return [line for pair in pairs for line in disagreements(pair[0], pair[1], tolerance, pair[2])]


@pytest.fixture
def reference_case() -> Callable[[str], dict[str, Any]]:
    """Read the inputs, expected numbers and tolerance of one case."""

    def read(name: str) -> dict[str, Any]:
        return yaml.safe_load((FOLDER / name / "case.yaml").read_text(encoding="utf-8"))

    return read


@pytest.fixture
def agrees(reference_case: Callable[[str], dict[str, Any]]) -> Callable[..., None]:
    """Hold what a function makes of a case's inputs against the expected numbers."""

    def check(name: str, function: Callable[..., Any]) -> None:
        case = reference_case(name)
        found = function(**case["inputs"])
        if isinstance(found, np.ndarray):
            found = found.tolist()
        assert disagreements(found, case["expected"], case["tolerance"], name) == []

    return check

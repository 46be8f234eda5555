"""Fixtures shared by all tests."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import hypothesis
import pytest

GOLDEN = Path(__file__).parent / "golden"
GOLDEN_TOLERANCE = 1e-10

# A first call compiles, which no deadline foresees; and every machine is shown the same examples.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="record our own numbers anew")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Folder with the calibration data and reference cases, which users do not have."""
    named = os.environ.get("HALFLIFE_DATA")
    if not named:
        pytest.skip("HALFLIFE_DATA is not set: it names the folder that holds data/ and reference/")
    folder = Path(named).resolve()
    if not (folder / "data").is_dir() or not (folder / "reference").is_dir():
        pytest.fail(f"HALFLIFE_DATA={named} does not hold data/ and reference/")
    return folder


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, Mapping[str, float]], None]:
    """Compare named numbers with those recorded under `tests/golden`, or record them anew."""

    def agree(name: str, found: Mapping[str, float]) -> None:
        record = GOLDEN / f"{name}.json"
        if request.config.getoption("--rewrite-golden"):
            record.write_text(json.dumps(dict(found), indent=2, sort_keys=True) + "\n")
            return
        recorded = json.loads(record.read_text())
        assert set(found) == set(recorded)
        moved = {
            key: (recorded[key], value)
            for key, value in found.items()
            if not math.isclose(value, recorded[key], rel_tol=GOLDEN_TOLERANCE, abs_tol=0.0)
        }
        assert not moved, f"recorded, found: {moved}"

    return agree

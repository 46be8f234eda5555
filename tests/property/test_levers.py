"""What hurts a lender hurts him on any deal: levers on the same paths."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from halflife.foundation.document import read_document
from halflife.study.ground import ground_of
from halflife.study.levers import lever_named
from halflife.study.quantities import BY_QUANTITY
from halflife.study.termsheet import load

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "ddtl-4": ROOT / "examples" / "coreweave-ddtl-4.0.yaml",
    "invented": ROOT / "tests" / "data" / "full_ddtl.yaml",
}
AMOUNTS = {
    "rent_level": (0.3, 0.0, -0.3, -0.6),
    "rent_decline": (-0.1, 0.0, 0.2, 0.6),
    "offtaker_pd": (0.0, 1.0, 4.0, 16.0),
    "upkeep": (0.5, 1.0, 1.5, 3.0),
    "contract_price": (1.2, 1.0, 0.8, 0.5),
    "power_price": (0.5, 1.0, 2.0, 4.0),
    "resale_floor": (0.2, 0.0, -0.1, -0.3),
}
"""From mild to hard."""


@pytest.fixture(scope="module", params=["ddtl-4", "invented"])
def ground(request):
    return ground_of(load(FILES[request.param]), paths=512)


@pytest.mark.parametrize("name", AMOUNTS)
def test_expected_loss_does_not_fall_when_things_get_worse(ground, name):
    lever, el = lever_named(name), BY_QUANTITY["el"]
    looks = [ground.look([(lever, amount)]) for amount in AMOUNTS[name]]
    for mild, hard in pairwise(looks):
        change = hard.change(mild, el)
        assert change.value >= -2.0 * change.error - 1e-9


def test_levers_of_different_rooms_commute(ground):
    first, second = (lever_named("rent_level"), -0.3), (lever_named("upkeep"), 1.5)
    one, other = ground.look([first, second]), ground.look([second, first])
    np.testing.assert_array_equal(one.results.columns["loss"], other.results.columns["loss"])


def test_the_same_lever_twice_adds_up(ground):
    lever = lever_named("rent_decline")
    twice, once = ground.look([(lever, 0.1), (lever, 0.2)]), ground.look([(lever, 0.3)])
    name = ground.axis.machines[0]
    np.testing.assert_allclose(twice.results.mean("rent", name), once.results.mean("rent", name), rtol=1e-12)


def test_scenarios_are_plain_documents():
    from importlib.resources import files

    for item in files("halflife.facts").joinpath("scenarios").iterdir():
        if item.name.endswith(".yaml"):
            assert not read_document(item.read_text(encoding="utf-8")).ranges

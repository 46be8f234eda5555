"""Adding somebody changes nobody else's draws.

Every path here is drawn from the true law, as in every system of several borrowers: which rare default is sampled
more often, and how often, is a choice made for one deal as a whole.
"""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

from halflife.counterparties import state as party
from halflife.engine.resolve import resolve
from halflife.engine.system import SystemSpec
from halflife.foundation.document import read_document
from halflife.market import state as market

ROOT = Path(__file__).resolve().parents[2]
OUTCOMES = ("default.standing", "outcome.claims", "outcome.equity", "covenants.tests")
EVERYTHING = ("operations.businesses", "waterfall.pools", "collateral.values", "default.standing", "covenants.triggers")
PATHS = range(256)


def tree():
    return read_document(ROOT / "tests" / "data" / "full_ddtl.yaml").tree()


def deal_of(words):
    return resolve(SystemSpec.model_validate(words), is_natural=True)


def names_changed(borrower, name):
    other = copy.deepcopy(borrower)
    other["name"] = name
    return other


@pytest.fixture(scope="module")
def alone(retell):
    return retell(deal_of(tree()), PATHS)


def assert_first_borrower_is_the_same(alone, together, arrays=EVERYTHING):
    b = together.deal.names.borrowers.index("SPV")
    for name in arrays:
        np.testing.assert_array_equal(alone[name][:, 0], together[name][:, b], err_msg=name)


@pytest.mark.parametrize("name", ["Another", "Zeta"])
def test_another_borrower_changes_no_bit_of_the_first(alone, retell, name):
    """Before or after it in the alphabet, with the same people and machines; its guarantor guarantees nothing new."""
    words = tree()
    other = names_changed(words["borrowers"][0], name)
    other.pop("guarantee")
    other.pop("sponsor")
    words["borrowers"].append(other)
    together = retell(deal_of(words), PATHS)
    assert_first_borrower_is_the_same(alone, together)
    np.testing.assert_array_equal(alone["counterparties.weights"], together["counterparties.weights"])


def test_borrowers_of_one_kind_still_have_fates_of_their_own(alone, retell):
    """The copy shares market and people, but not delays, bargains or its operator's replacement."""
    words = tree()
    other = names_changed(words["borrowers"][0], "Zeta")
    other.pop("guarantee")
    other.pop("sponsor")
    words["borrowers"].append(other)
    together = retell(deal_of(words), PATHS)
    first, second = (together["operations.fleets"][-1][place, 0] for place in (0, 2))
    assert (first != second).any()


def test_another_machine_changes_no_bit(alone, retell):
    words = tree()
    economy = words["economy"]
    successor = {"name": "next", "announcement": "2026-12-31", "availability": "2027-06-30", "rent_drop": "20 %"}
    economy["market"]["machines"].append(
        {"name": "aa100", "rental": "1.50 USD/h", "power": "0.7 kW", "successors": [successor]}
    )
    economy["collateral"].append({**economy["collateral"][0], "machine": "aa100"})
    economy["resale"].append({**economy["resale"][0], "machine": "aa100"})
    together = retell(deal_of(words), PATHS)
    assert_first_borrower_is_the_same(alone, together)
    old = [together.deal.names.machines.index(name) for name in alone.deal.names.machines]
    np.testing.assert_array_equal(
        alone["market.machines"][:, :, market.RENT], together["market.machines"][:, old, market.RENT]
    )


def test_another_vendor_changes_no_bit(alone, retell):
    words = tree()
    words["counterparties"].append({"name": "Aardvark", "roles": ["vendor"], "rating": "BB", "recovery": "40 %"})
    together = retell(deal_of(words), PATHS)
    assert_first_borrower_is_the_same(alone, together)
    old = [together.deal.names.parties.index(name) for name in alone.deal.names.parties]
    np.testing.assert_array_equal(
        alone["counterparties.parties"][:, :, party.FAILED], together["counterparties.parties"][:, old, party.FAILED]
    )


def test_another_customer_changes_no_bit(alone, retell):
    words = tree()
    words["counterparties"].append({"name": "Aardvark", "roles": ["offtaker"], "rating": "A", "recovery": "40 %"})
    together = retell(deal_of(words), PATHS)
    assert_first_borrower_is_the_same(alone, together)


@pytest.fixture(scope="module")
def longer(retell):
    """A second borrower whose workout lasts a year longer."""
    words = tree()
    other = names_changed(words["borrowers"][0], "Zeta")
    other.pop("guarantee")
    other.pop("sponsor")
    other["enforcement"]["workout"] = "36 months"
    words["borrowers"].append(other)
    return retell(deal_of(words), PATHS)


def test_a_longer_workout_of_somebody_else_changes_no_bit(alone, longer):
    """The first borrower's months stay as they were, as far as its own horizon goes."""
    months = alone.deal.plan.months
    assert longer.deal.plan.months == months + 12
    for name in ("operations.businesses", "default.standing", "waterfall.pools"):
        np.testing.assert_array_equal(alone[name][:months, 0], longer[name][:months, 0], err_msg=name)


def test_the_rare_defaults_of_a_lone_borrower_are_sampled_more_often():
    """With somebody beside it, or on request, every path is drawn from the true law and weighs the same."""
    words = tree()
    assert resolve(SystemSpec.model_validate(words)).plan.counterparties.forced.size > 0
    assert deal_of(words).plan.counterparties.forced.size == 0
    words["borrowers"].append(names_changed(words["borrowers"][0], "Zeta"))
    assert resolve(SystemSpec.model_validate(words)).plan.counterparties.forced.size == 0


def test_another_seed_changes_nearly_every_path(alone, retell):
    other = retell(alone.deal, PATHS, seed=8)
    rent = [tale["market.machines"][-1, 0, market.RENT] for tale in (alone, other)]
    assert (rent[0] != rent[1]).all()


def test_a_path_is_the_same_among_few_and_many(alone, retell):
    some = retell(alone.deal, range(40, 47))
    for name in OUTCOMES:
        np.testing.assert_array_equal(alone[name][..., 40:47], some[name], err_msg=name)

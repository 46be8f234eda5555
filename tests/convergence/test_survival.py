"""Survival of rated parties against the input curve, and default odds with weights against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.counterparties import state as party
from halflife.default import state as standing
from halflife.facts import cumulative_hazard, notch

pytestmark = pytest.mark.slow
PATHS = 40_000
LOAN = "tests/data/term_loan.yaml"
LADDER = ("AAA", "AA-", "A", "BBB-", "BB", "B+", "B-", "CCC")
TILTS = (0.0, 0.3, 1.0)
STATE = ["counterparties.parties", "counterparties.weights"]


def ladder(roles):
    return [
        {"name": f"{rating} {tilt}", "roles": roles, "rating": rating, "recovery": "40 %", "cycle_tilt": tilt}
        for rating in LADDER
        for tilt in TILTS
    ]


def acme(rating="BBB-", tilt=0.0):
    return {"name": "Acme AI", "roles": ["offtaker"], "rating": rating, "recovery": "40 %", "cycle_tilt": tilt}


def assert_close(values, wanted, what):
    error = values.std(ddof=1) / np.sqrt(values.size)
    assert abs(values.mean() - wanted) <= 4.0 * error + 1e-15, f"{what}: {values.mean()} +- {error}, wanted {wanted}"


@pytest.mark.parametrize("degrees", ["gaussian", 4])
@pytest.mark.parametrize("facts", ["default", "steady-30"])
def test_tilted_survival_reproduces_the_input_curve(change, sample, degrees, facts):
    """Nobody sampled more often than nature would: unit weights, 24 parties, every year."""
    people = {"counterparties": [acme(), *ladder(["vendor"])], "economy/market/shock_degrees": degrees,
              "economy/market/facts": facts}  # fmt: skip
    deal = change(LOAN, people)
    table = deal.plan.counterparties
    plain = deal.plan._replace(
        counterparties=table._replace(forced=table.forced[:0], forced_rate=table.forced_rate[:0])
    )
    failed = sample(plain, np.arange(PATHS), STATE)["counterparties.parties"][:, party.FAILED]
    for c, name in enumerate(deal.names.parties):
        rating = "BBB-" if name == "Acme AI" else name.split()[0]
        for month in range(12, deal.plan.months + 1, 12):
            survival = np.exp(-cumulative_hazard(notch(rating), np.array([month / 12.0])))[0]
            is_alive = 1.0 * ((failed[c] == 0) | (failed[c] > month))
            if (1.0 - survival) * PATHS > 20.0:  # enough failures for a standard error
                assert_close(is_alive, survival, f"{name} at month {month}, {degrees}")
            else:
                assert (1.0 - is_alive).sum() <= 60.0


@pytest.mark.parametrize("degrees", ["gaussian", 4])
def test_weighted_survival_reproduces_the_input_curve(change, sample, degrees):
    """The same with rare defaults made frequent: the weights take it back, down to AAA."""
    wanted = [person for person in ladder(["offtaker"]) if person["rating"] in ("AAA", "AA-", "A", "BBB-")]
    people = {"counterparties": [acme(), *wanted], "economy/market/shock_degrees": degrees,
              "economy/market/facts": "default"}  # fmt: skip
    deal = change(LOAN, people)
    assert deal.plan.counterparties.forced.size >= len(wanted)
    found = sample(deal.plan, np.arange(2 * PATHS), STATE)
    weight, failed = found["counterparties.weights"][0, 0], found["counterparties.parties"][:, party.FAILED]
    assert_close(weight, 1.0, "weights")
    assert weight.max() <= 2.0 + 1e-12
    assert weight.min() > 0.0
    for c, name in enumerate(deal.names.parties):
        rating = "BBB-" if name == "Acme AI" else name.split()[0]
        for month in range(12, deal.plan.months + 1, 12):
            lost = -np.expm1(-cumulative_hazard(notch(rating), np.array([month / 12.0])))[0]
            is_lost = weight * ((failed[c] > 0) & (failed[c] <= month))
            assert_close(is_lost, lost, f"{name} at month {month}")
            if rating in ("AAA", "AA-"):
                assert is_lost.std() / np.sqrt(is_lost.size) < 0.2 * lost


def test_contagion_lowers_the_survival_of_the_sponsor_only(change, sample):
    """A borrower that always fails multiplies the hazard of its sponsor; everybody else keeps the curve."""
    people = {
        "counterparties": [
            acme(),
            {"name": "Parent", "roles": ["sponsor"], "rating": "BB", "recovery": "30 %", "contagion": "4x"},
        ],
        "borrowers/0/sponsor": "Parent",
        "borrowers/0/covenants/0/threshold": "9.00x",
        "borrowers/0/covenants/0/consequence": "default",
    }
    deal = change(LOAN, people)
    table = deal.plan.counterparties
    plain = deal.plan._replace(
        counterparties=table._replace(forced=table.forced[:0], forced_rate=table.forced_rate[:0])
    )
    found = sample(plain, np.arange(PATHS), [*STATE, "default.standing"])
    assert (found["default.standing"][0, standing.MONTH] <= 3).all()
    failed = found["counterparties.parties"][:, party.FAILED]
    end = np.array([3.0, deal.plan.months]) / 12.0
    start, total = cumulative_hazard(notch("BB"), end)
    assert_close(1.0 * (failed[1] > 0), -np.expm1(-(start + 4.0 * (total - start))), "Parent")
    assert_close(1.0 * (failed[0] > 0), -np.expm1(-cumulative_hazard(notch("BBB-"), end[1:])[0]), "Acme AI")


def odds(found, last):
    """Weighted default indicator up to the last maturity."""
    month = found["default.standing"][0, standing.MONTH]
    return found["counterparties.weights"][0, 0] * ((month > 0) & (month <= last))


def test_default_odds_with_weights_equal_brute_force(change, sample):
    """A loan that lives by its AA- customer: same odds, and a standard error at least three times smaller."""
    changes = {"counterparties": [acme("AA-", 0.3)], "borrowers/0/operations/release/use": "0 %",
               "borrowers/0/operations/release/downtime": "3 months"}  # fmt: skip
    deal, names = change(LOAN, changes), [*STATE, "default.standing"]
    last, table = deal.plan.last_maturity, deal.plan.counterparties
    plain = deal.plan._replace(
        counterparties=table._replace(forced=table.forced[:0], forced_rate=table.forced_rate[:0])
    )
    weighted = odds(sample(deal.plan, np.arange(PATHS), names), last)
    brute = odds(sample(plain, np.arange(200_000), names, seed=8), last)
    errors = weighted.std(ddof=1) / np.sqrt(weighted.size), brute.std(ddof=1) / np.sqrt(brute.size)
    assert brute.sum() > 30
    assert abs(weighted.mean() - brute.mean()) <= 4.0 * np.hypot(*errors)
    at_equal_paths = brute.std(ddof=1) / np.sqrt(weighted.size)
    assert errors[0] * 3.0 <= at_equal_paths, f"{at_equal_paths / errors[0]:.2f} times smaller"


def test_nominal_paths_alone_are_brute_force(change, sample):
    """Every second path is drawn from the true law: with weight one it must give the same odds as the weights."""
    deal = change("examples/coreweave-ddtl-4.0.yaml")
    names, last = [*STATE, "default.standing"], deal.plan.last_maturity
    found = sample(deal.plan, np.arange(PATHS), names)
    weighted = odds(found, last)
    month = found["default.standing"][0, standing.MONTH][::2]
    nominal = 1.0 * ((month > 0) & (month <= last))
    errors = weighted.std(ddof=1) / np.sqrt(weighted.size), nominal.std(ddof=1) / np.sqrt(nominal.size)
    assert abs(weighted.mean() - nominal.mean()) <= 4.0 * np.hypot(*errors)
    assert_close(found["counterparties.weights"][0, 0], 1.0, "weights")


def test_correlation_moves_losses_from_equity_to_senior(change, sample):
    """Thirty customers rated B, one dollar each: with the tilt they fail together.

    The pool's expected loss stays; that of the first tenth (equity) falls, that of the last 60 % (senior) rises.
    """
    found = []
    for tilt in (0.0, 0.5, 1.0):
        pool = [
            {"name": f"customer {i:02d}", "roles": ["vendor"], "rating": "B", "recovery": "0 %", "cycle_tilt": tilt}
            for i in range(30)
        ]
        deal = change(LOAN, {"counterparties": [acme(), *pool], "economy/market/facts": "default"})
        table = deal.plan.counterparties
        plain = deal.plan._replace(
            counterparties=table._replace(forced=table.forced[:0], forced_rate=table.forced_rate[:0])
        )
        failed = sample(plain, np.arange(20_000), STATE)["counterparties.parties"][1:, party.FAILED] > 0
        loss = failed.mean(axis=0)
        equity, senior = np.minimum(loss, 0.1) / 0.1, np.maximum(loss - 0.4, 0.0) / 0.6
        found.append([(x.mean(), x.std(ddof=1) / np.sqrt(x.size)) for x in (loss, equity, senior)])
    pools, equities, seniors = zip(*found, strict=True)
    for (low, e), (high, f) in ((seniors[0], seniors[1]), (seniors[1], seniors[2])):
        assert high - low > 4.0 * np.hypot(e, f)
    for (high, e), (low, f) in ((equities[0], equities[1]), (equities[1], equities[2])):
        assert high - low > 4.0 * np.hypot(e, f)
    for value, error in pools[1:]:
        assert abs(value - pools[0][0]) <= 4.0 * np.hypot(error, pools[0][1])

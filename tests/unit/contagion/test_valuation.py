"""What a claim is worth by the state of its debtor."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from halflife.contagion import valuation
from halflife.contagion.valuation import worth
from halflife.foundation.errors import SpecError

OUTSIDE, RECEIVED, SENIOR, DUE = 60.0, 50.0, 20.0, 70.0


def value_of(rule, outside=OUTSIDE, received=RECEIVED, senior=SENIOR, due=DUE):
    equity = outside + received - senior - due
    numbers = (equity, outside, received, senior, due, float(rule.first), float(rule.second))
    return worth(int(rule.kind), *numbers)[0]


def test_a_solvent_debtor_pays_in_full_under_every_rule_at_maturity():
    for rule in (valuation.rogers_veraart(0.5, 0.5), valuation.furfine(0.1), valuation.merton(0.0, 1.0, 0.5)):
        assert value_of(rule) == 1.0


def test_a_failed_debtor_pays_senior_debt_and_then_what_is_left():
    assert value_of(valuation.rogers_veraart(), outside=30.0) == pytest.approx(60.0 / 70.0)
    assert value_of(valuation.rogers_veraart(0.5, 0.8), outside=30.0) == pytest.approx((15.0 + 40.0 - 20.0) / 70.0)
    assert value_of(valuation.rogers_veraart(0.0, 0.2), outside=30.0) == 0.0


def test_a_deficit_of_rounding_is_not_a_default():
    assert value_of(valuation.rogers_veraart(0.0, 0.0), outside=40.0 - 1e-13) == 1.0
    assert value_of(valuation.rogers_veraart(0.0, 0.0), outside=40.0 - 1e-9) == 0.0


def test_a_fixed_recovery_does_not_ask_what_is_left():
    assert value_of(valuation.furfine(0.4), outside=0.0) == 0.4


@pytest.mark.parametrize(("kept", "senior"), [(1.0, 0.0), (0.6, 0.0), (0.6, 20.0), (0.3, 20.0), (0.0, 20.0)])
def test_the_value_at_a_horizon_is_the_mean_payment(kept, senior):
    spread = 0.4 * np.sqrt(2.0)

    def payment(z):
        outside = OUTSIDE * np.exp(spread * z - 0.5 * spread**2)
        if outside + RECEIVED >= senior + DUE:
            return norm.pdf(z)
        return norm.pdf(z) * max(0.0, kept * (outside + RECEIVED) - senior) / DUE

    edges = [np.log(x / OUTSIDE) / spread + 0.5 * spread for x in (senior + DUE - RECEIVED,) if x > 0.0]
    if kept > 0.0 and senior / kept > RECEIVED:
        edges.append(np.log((senior / kept - RECEIVED) / OUTSIDE) / spread + 0.5 * spread)
    pieces = [-10.0, *sorted(edge for edge in edges if abs(edge) < 10.0), 10.0]
    expected = sum(quad(payment, a, b, epsabs=1e-13)[0] for a, b in pairwise(pieces))
    assert value_of(valuation.merton(0.4, 2.0, kept), senior=senior) == pytest.approx(expected, abs=1e-10)


def test_the_first_passage_value_has_the_odds_of_a_driftless_walk():
    # Quadrature of the inverse Gaussian density of the first time, the logarithm drifting by -s^2/2.
    barrier, volatility, years, recovery = SENIOR + DUE - RECEIVED, 0.3, 2.0, 0.4
    distance = np.log(OUTSIDE / barrier)

    def density(t):
        drifted = distance - 0.5 * volatility**2 * t
        return distance / (volatility * np.sqrt(2 * np.pi * t**3)) * np.exp(-(drifted**2) / (2 * volatility**2 * t))

    odds = quad(density, 0.0, years)[0]
    found = value_of(valuation.black_cox(volatility, years, recovery))
    assert found == pytest.approx(1.0 - 0.6 * odds, abs=1e-9)


def test_a_claim_on_an_insolvent_debtor_is_worth_its_recovery_before_maturity_too():
    assert value_of(valuation.black_cox(0.3, 1.0, 0.25), outside=10.0) == 0.25


def test_in_step_a_claim_is_worth_the_equity_left():
    rule = valuation.in_step(80.0)
    assert value_of(rule) == pytest.approx(20.0 / 80.0)
    assert value_of(rule, outside=200.0) == 1.0
    assert value_of(rule, outside=0.0) == 0.0


@pytest.mark.parametrize(
    "rule",
    [
        valuation.rogers_veraart(0.7, 0.9),
        valuation.furfine(0.3),
        valuation.in_step(30.0),
        valuation.black_cox(0.3, 1.0, 0.4),
        valuation.merton(0.3, 1.0, 0.6),
    ],
    ids=["rogers-veraart", "furfine", "in-step", "black-cox", "merton"],
)
def test_a_richer_debtor_never_lowers_the_worth_of_its_claims(rule):
    by_outside = [value_of(rule, outside=float(x)) for x in np.linspace(0.0, 120.0, 400)]
    by_received = [value_of(rule, received=float(x)) for x in np.linspace(0.0, 120.0, 400)]
    assert (np.diff(by_outside) >= -1e-12).all()
    assert (np.diff(by_received) >= -1e-12).all()
    assert min(by_outside + by_received) >= 0.0
    assert max(by_outside + by_received) == 1.0


def test_all_parameters_that_are_no_shares_are_named():
    with pytest.raises(SpecError) as refused:
        valuation.rogers_veraart([1.2, 0.5], -0.1)
    assert [finding.where for finding in refused.value.findings] == ["assets_kept[0]", "claims_kept"]

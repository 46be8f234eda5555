"""CreditGrades: the swap against the survival curve, the fixed barrier, the first instant."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from halflife.foundation.errors import SpecError
from halflife.instruments import creditgrades, first_passage

listed = st.builds(
    creditgrades.Listed,
    st.floats(1, 100),
    st.floats(0.2, 1.5),
    st.floats(1, 200),
    st.floats(0.2, 0.8),
    st.floats(0, 0.6),
)


@given(listed, st.floats(0.5, 10), st.floats(0.005, 0.12), st.floats(0.0, 0.8))
def test_the_spread_balances_both_legs_of_the_swap(firm, years, rate, recovery):
    def premium_of(time):
        return np.exp(-rate * time) * creditgrades.survival(firm, time)

    premium = quad(premium_of, 0, years, epsabs=1e-13, epsrel=1e-11, limit=300)[0]
    end = premium_of(years)
    protection = (1 - recovery) * (1 - end - rate * premium)  # by parts
    assert creditgrades.swap_spread(firm, years, rate, recovery) == pytest.approx(
        protection / premium, rel=1e-6, abs=1e-9
    )


@given(listed, st.floats(0.1, 10))
def test_survival_is_the_formula_of_the_technical_document(firm, years):
    barrier = firm.mean_recovery * firm.debt_per_share
    volatility = firm.equity_volatility * firm.share_price / (firm.share_price + barrier)
    distance = np.log((firm.share_price + barrier) / barrier) + firm.recovery_deviation**2
    deviation = np.sqrt(volatility**2 * years + firm.recovery_deviation**2)
    far = norm.cdf(-deviation / 2 - distance / deviation)
    plain = norm.cdf(-deviation / 2 + distance / deviation) - np.exp(distance) * far
    assert creditgrades.survival(firm, years) == pytest.approx(plain, abs=1e-12)


def test_a_barrier_known_for_certain_is_that_of_black_and_cox():
    firm = creditgrades.Listed(50.0, 0.4, 60.0, 0.5, 0.0)
    volatility = 0.4 * 50 / 80
    touched = first_passage.first_passage_probability(80.0, 30.0, 0.0, volatility, 4.0)
    assert creditgrades.survival(firm, 4.0) == pytest.approx(1 - touched, rel=1e-13)
    assert creditgrades.survival(firm, 0.0) == 1.0


def test_an_uncertain_barrier_may_be_above_the_firm_at_once():
    firm = creditgrades.Listed(50.0, 0.4, 60.0)
    assert creditgrades.survival(firm, 0.0) == pytest.approx(0.999395, abs=5e-7)
    years = np.array([0.0, 1.0, 5.0, 50.0])
    assert (np.diff(creditgrades.survival(firm, years)) < 0).all()


def test_short_protection_costs_more_when_the_barrier_is_uncertain():
    firm = creditgrades.Listed(50.0, 0.4, 60.0)
    uncertain = creditgrades.swap_spread(firm, 0.25, 0.05, 0.4)
    certain = creditgrades.swap_spread(firm._replace(recovery_deviation=0.0), 0.25, 0.05, 0.4)
    assert uncertain > 1e-3 > 1e-6 > certain


def test_everything_wrong_is_named_at_once():
    with pytest.raises(SpecError) as refused:
        creditgrades.swap_spread(creditgrades.Listed(0.0, -0.4, 0.0, 1.5, -0.1), 0.0, 0.0, 1.0)
    found = [finding.where for finding in refused.value.findings]
    assert found == [
        "share_price",
        "equity_volatility",
        "debt_per_share",
        "mean_recovery",
        "recovery_deviation",
        "years",
        "rate",
        "recovery",
    ]

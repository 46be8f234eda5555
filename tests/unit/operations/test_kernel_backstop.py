"""What a vendor's backstop pays: for which machines, when, and until when."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from halflife.foundation.backend import twin
from halflife.operations import state as business
from halflife.operations.kernel import HOURS, ask_vendor, earn
from halflife.operations.state import OperationsState, Prices
from halflife.operations.table import SPOT

UNITS, RENT, POWER, FLOOR, KWH = 100.0, 1.0, 0.08, 1.5, 2.0 * 1.25
USE, REALISED = 0.5, 0.9


def table(**changes):
    """One contract row on one fleet, its machines free, with a backstop to month 2; what the two kernels read."""
    one = {
        "contract_borrower": 0, "contract_fleet": 0, "contract_units": UNITS, "cash_share": 1.0, "committed": 1.0,
        "use": 1.0, "renegotiate_below": 0.0, "renegotiate_to": 1.0, "renegotiate_floor": 1.0, "kind": SPOT,
        "power": 2.0, "pue": 1.25, "pass_through": 0.0, "mines": 0, "fleet_machine": 0,
        "release_use": USE, "decay": 0.0,
        "vendor": 0, "vendor_price": FLOOR, "vendor_share": 1.0, "vendor_until": 2,
    }  # fmt: skip
    months = {"price": 3.0, "in_term": 0.0, "released": 1.0, "remaining": 0.0}
    given = {name: np.array([changes.get(name, value)]) for name, value in one.items()}
    return SimpleNamespace(**given, **{n: np.full((1, 8), changes.get(n, v)) for n, v in months.items()})


def month(terms, *, t=1, rent=RENT, power=POWER, alive=1.0, idle=0.0, **contract):
    """Business and contract row after one month."""
    fleets, contracts = np.zeros((1, business.FLEET_FIELDS, 1)), np.zeros((1, business.CONTRACT_FIELDS, 1))
    businesses = np.zeros((1, business.BUSINESS_FIELDS, 1))
    fleets[0, [business.HELD, business.SHARE, business.DUE_SHARE, business.FILLED]] = 1.0
    fleets[0, business.AGE] = contract.pop("age", 0.0)
    businesses[0, business.IDLE] = idle
    contracts[0, [business.IS_LIVE, business.REPRICED]] = 1.0
    for field, figure in contract.items():
        contracts[0, getattr(business, field.upper())] = figure
    state = OperationsState(fleets, contracts, businesses)
    prices = Prices(np.array([[rent]]), np.array([power]), POWER, np.array([REALISED]))
    with np.errstate(all="ignore"):
        twin(ask_vendor)(terms, state, 0, np.array([[alive]]), prices, t)
        twin(earn)(terms, state, 0, prices, t)
    return state.businesses[0, :, 0], state.contracts[0, :, 0]


IN_MARKET = UNITS * HOURS * USE * REALISED * RENT
WITH_VENDOR = UNITS * HOURS * FLOOR


def test_released_machines_earn_the_larger_of_market_and_backstop():
    found, row = month(table())
    assert found[business.REVENUE] == found[business.BACKED] == pytest.approx(WITH_VENDOR, rel=1e-12)
    assert found[business.OPEX] == pytest.approx(UNITS * HOURS * KWH * POWER, rel=1e-12)
    assert row[business.RENTED] == UNITS
    found, row = month(table(), rent=5.0)
    assert found[business.REVENUE] == pytest.approx(5.0 * IN_MARKET, rel=1e-12)
    assert found[business.BACKED] == row[business.RENTED] == 0.0


def test_larger_means_larger_after_the_power_that_each_takes():
    """The vendor uses every hour, the market half: at 1.50 the market's 2.0 x 0.9 x 0.5 loses, until power is dear."""
    just = (FLOOR - KWH * POWER + USE * KWH * POWER) / (USE * REALISED)
    assert month(table(), rent=just - 0.01)[0][business.BACKED] > 0.0
    assert month(table(), rent=just + 0.01)[0][business.BACKED] == 0.0


def test_the_vendor_takes_no_more_than_its_share():
    found, row = month(table(vendor_share=0.4))
    assert found[business.REVENUE] == pytest.approx(0.4 * WITH_VENDOR + 0.6 * IN_MARKET, rel=1e-12)
    assert row[business.RENTED] == pytest.approx(40.0)


@pytest.mark.parametrize("changes", [{"alive": 0.0}, {"t": 3}], ids=["the vendor has failed", "the date has passed"])
def test_the_backstop_ends(changes):
    found, row = month(table(), **changes)
    assert found[business.REVENUE] == pytest.approx(IN_MARKET, rel=1e-12)
    assert row[business.RENTED] == found[business.BACKED] == 0.0


def test_it_pays_through_the_downtime_of_a_release():
    """Machines whose contract has run out but are not released yet; and those of a broken contract."""
    found, _ = month(table(released=0.0))
    assert found[business.REVENUE] == pytest.approx(WITH_VENDOR, rel=1e-12)
    found, _ = month(table(), is_live=0.0, downtime=2.0)
    assert found[business.REVENUE] == pytest.approx(WITH_VENDOR, rel=1e-12)
    found, _ = month(table(released=0.0), rent=5.0)
    assert found[business.REVENUE] == pytest.approx(WITH_VENDOR, rel=1e-12)


def test_machines_under_contract_are_not_covered():
    found, row = month(table(in_term=1.0, released=0.0, kind=0, remaining=1e6))
    assert row[business.RENTED] == found[business.BACKED] == 0.0
    assert found[business.CONTRACTED] == pytest.approx(UNITS * HOURS * 3.0)


def test_nothing_is_paid_while_nobody_operates_or_the_power_costs_more():
    assert month(table(), idle=1.0)[0][business.REVENUE] == 0.0
    found, row = month(table(), power=1.0)
    assert found[business.REVENUE] == row[business.RENTED] == 0.0


def test_it_is_paid_for_the_hours_that_old_machines_still_work():
    found, _ = month(table(decay=0.01), age=24.0)
    assert found[business.BACKED] == pytest.approx(WITH_VENDOR * np.exp(-0.24), rel=1e-12)

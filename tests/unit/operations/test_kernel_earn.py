"""What one contract earns and what its power costs, one month at a time."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from halflife.foundation.backend import twin
from halflife.operations import state as business
from halflife.operations.kernel import HOURS, earn
from halflife.operations.state import OperationsState, Prices
from halflife.operations.table import RESERVED, SPOT, TAKE_OR_PAY

UNITS, PRICE, RENT, POWER = 100.0, 3.0, 2.0, 0.08


def terms(**changes):
    """A table of one contract on one fleet; only the columns that `earn` reads."""
    one = {
        "contract_borrower": 0, "contract_fleet": 0, "contract_units": UNITS, "cash_share": 1.0, "committed": 1.0,
        "use": 1.0, "renegotiate_below": 0.0, "renegotiate_to": 1.0, "renegotiate_floor": 1.0, "kind": TAKE_OR_PAY,
        "power": 2.0, "pue": 1.25, "pass_through": 0.0, "mines": 0, "fleet_machine": 0,
        "release_use": 0.5, "decay": 0.0,
    }  # fmt: skip
    months = {"price": PRICE, "in_term": 1.0, "released": 0.0, "remaining": 5e6}
    given = {name: np.array([changes.get(name, value)]) for name, value in one.items()}
    return SimpleNamespace(**given, **{n: np.full((1, 4), changes.get(n, v)) for n, v in months.items()})


def month(table, *, rent=RENT, power=POWER, first_power=POWER, **contract):
    """Businesses after one month of `earn`."""
    fleets, contracts = np.zeros((1, business.FLEET_FIELDS, 1)), np.zeros((1, business.CONTRACT_FIELDS, 1))
    businesses = np.zeros((1, business.BUSINESS_FIELDS, 1))
    fleets[0, [business.HELD, business.SHARE, business.DUE_SHARE, business.FILLED]] = 1.0
    fleets[0, business.AGE] = contract.pop("age", 0.0)
    businesses[0, business.IDLE] = contract.pop("idle", 0.0)
    contracts[0, [business.IS_LIVE, business.REPRICED]] = 1.0
    for field, value in contract.items():
        contracts[0, getattr(business, field.upper())] = value
    state = OperationsState(fleets, contracts, businesses)
    prices = Prices(np.array([[rent]]), np.array([power]), first_power, np.array([0.9]))
    with np.errstate(all="ignore"):
        twin(earn)(table, state, 0, prices, 1)
    return state.businesses[0, :, 0], state.contracts[0, :, 0]


def bill(use=1.0, price=POWER):
    return UNITS * HOURS * 2.0 * 1.25 * use * price


def test_take_or_pay_bills_every_hour_whatever_is_used():
    found, _ = month(terms(use=0.6))
    assert found[business.REVENUE] == pytest.approx(UNITS * HOURS * PRICE)
    assert found[business.CONTRACTED] == found[business.EXPECTED] == found[business.REVENUE]
    assert found[business.OPEX] == pytest.approx(bill(0.6))
    assert found[business.REMAINING] == 5e6


def test_reserved_pays_the_commitment_and_its_use_of_the_rest():
    found, _ = month(terms(kind=RESERVED, committed=0.7, use=0.5))
    assert found[business.REVENUE] == pytest.approx(UNITS * HOURS * PRICE * (0.7 + 0.3 * 0.5))


def test_prepaid_invoices_bring_less_cash():
    found, _ = month(terms(cash_share=0.8))
    assert found[business.REVENUE] == pytest.approx(0.8 * UNITS * HOURS * PRICE)


def test_spot_machines_earn_the_realised_rent_while_it_covers_their_power():
    table = terms(kind=SPOT, in_term=0.0, released=1.0, remaining=0.0)
    found, _ = month(table)
    assert found[business.REVENUE] == pytest.approx(UNITS * HOURS * 0.5 * 0.9 * RENT)
    assert found[business.OPEX] == pytest.approx(bill(0.5))
    assert found[business.EXPECTED] == found[business.CONTRACTED] == 0.0
    found, _ = month(table, power=1.0)
    assert found[business.REVENUE] == found[business.OPEX] == 0.0


def test_old_machines_in_the_open_market_put_out_less():
    table = terms(in_term=0.0, released=1.0, decay=0.01)
    found, _ = month(table, age=24.0)
    assert found[business.REVENUE] == pytest.approx(UNITS * HOURS * 0.5 * 0.9 * RENT * np.exp(-0.24), rel=1e-12)


def test_machines_of_a_broken_contract_wait_out_their_downtime():
    for left, earns in ((2.0, False), (0.0, True)):
        found, _ = month(terms(), is_live=0.0, downtime=left)
        assert (found[business.REVENUE] > 0.0) == earns
        assert found[business.CONTRACTED] == 0.0
        assert found[business.EXPECTED] == pytest.approx(UNITS * HOURS * PRICE)
        assert found[business.REMAINING] == 0.0


def test_nothing_runs_without_an_operator():
    found, _ = month(terms(), idle=1.0)
    assert found[business.REVENUE] == found[business.OPEX] == 0.0
    assert found[business.EXPECTED] > 0.0


def test_the_passed_through_share_of_power_costs_its_first_price():
    found, _ = month(terms(pass_through=0.75), power=0.20)
    assert found[business.OPEX] == pytest.approx(bill(price=0.75 * POWER + 0.25 * 0.20))


@pytest.mark.parametrize(
    ("rent", "bargains", "share"),
    [(2.0, 1.0, 0.75), (0.1, 1.0, 0.6), (2.7, 1.0, 1.0), (2.0, 0.0, 1.0)],
    ids=["repriced to the market", "to the floor", "market too high", "no such customer"],
)
def test_a_customer_renegotiates_once_the_market_is_far_below(rent, bargains, share):
    """Below 80 % of the contract the price becomes market / 0.8, at least 60 % of the old one."""
    option = terms(renegotiate_below=0.8, renegotiate_to=0.8, renegotiate_floor=0.6)
    found, contract = month(option, rent=rent, bargains=bargains)
    assert contract[business.REPRICED] == pytest.approx(share)
    assert found[business.CONTRACTED] == pytest.approx(share * UNITS * HOURS * PRICE)


def test_a_renegotiated_price_never_rises_again():
    option = terms(renegotiate_below=0.8, renegotiate_to=0.8, renegotiate_floor=0.6)
    _, contract = month(option, rent=2.6, bargains=1.0, repriced=0.7)
    assert contract[business.REPRICED] == 0.7

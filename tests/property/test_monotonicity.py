"""Which way figures move when one thing is made better or worse, everything else and all draws unchanged."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from halflife.collateral import state as value
from halflife.collateral.kernel import appraise
from halflife.collateral.state import CollateralState, Cycle, Stock
from halflife.default import state as standing
from halflife.engine import state as outcome
from halflife.engine.resolve import resolve
from halflife.engine.system import SystemSpec
from halflife.foundation.backend import empty_state, lane_of, twin, twin_rows
from halflife.foundation.document import read_document
from halflife.liquidation.kernel import average_price
from halflife.operations import state as business

FULL, LOAN = "examples/full-feature.yaml", "tests/data/term_loan.yaml"


@pytest.fixture(scope="module")
def changed():
    """Resolve a deal with values written at slash-separated paths."""
    root = Path(__file__).resolve().parents[2]

    def make(name, changes, reuse=None):
        tree = read_document(root / name).tree()
        for path, new in changes.items():
            *way, last = [int(key) if key.isdigit() else key for key in path.split("/")]
            node = tree
            for key in way:
                node = node.setdefault(key, {}) if isinstance(node, dict) else node[key]
            node[last] = copy.deepcopy(new)
        return resolve(SystemSpec.model_validate(tree), reuse=reuse)

    return make


def unit_values(deal, g, power, *, deviation=0.0, regime=0.0, phase=0.0, age=6.0, t=12):
    """Appraised USD per machine for each power price: ``[power]``."""
    paths = power.size
    full = np.full(paths, 1.0)

    def lanes(*figures):
        found = np.empty((len(figures), 1), dtype=object)
        for row, figure in enumerate(figures):
            found[row, 0] = figure * full
        return found

    machines = deal.plan.market.rental.size
    cycle = Cycle(
        lane_of(regime * full), lane_of(power), lanes(*[deviation] * machines), lanes(*[0.0] * machines),
        lanes(*[phase] * machines),
    )  # fmt: skip
    stock = Stock(lanes(age), lanes(1.0), lanes(1.0), lanes(1.0))
    with twin_rows(paths):
        state = CollateralState(twin(empty_state)(1, value.WORTH_FIELDS), twin(empty_state)(1, value.VALUE_FIELDS))
        twin(appraise)(deal.plan.collateral, state, 0, g, 0.0, stock, cycle, t)
    return np.asarray(state.worth[0, value.UNIT, 0])


@pytest.mark.parametrize("regime", [0.0, 1.0])
@pytest.mark.parametrize("deviation", [-0.6, 0.0, 0.6])
@pytest.mark.parametrize("t", [0, 12, 48])
def test_machine_value_falls_when_power_gets_dearer(deals, regime, deviation, t):
    """Every machine type valued by its rent, over two decades of power prices; zero stays zero."""
    deal, power = deals["full"], np.geomspace(0.01, 1.0, 200)
    g = deal.names.machines.index("gb300")  # the other one is valued by a hedonic curve, in age and rent alone
    for phase in (0.0, 1.0, 2.0):
        worth = unit_values(deal, g, power, deviation=deviation, regime=regime, phase=phase, t=t)
        assert (np.diff(worth) <= 1e-9 * worth[0]).all()
        assert worth[-1] < worth[0]


def test_machine_value_rises_with_rent_and_falls_with_age(deals):
    deal, power = deals["full"], np.array([0.08])
    g = deal.names.machines.index("gb300")
    by_rent = [unit_values(deal, g, power, deviation=d)[0] for d in np.linspace(-1.0, 1.0, 21)]
    by_time = [unit_values(deal, g, power, t=t)[0] for t in range(0, 91, 5)]
    assert (np.diff(by_rent) >= 0.0).all()
    assert (np.diff(by_time) <= 0.0).all()


def test_whole_table_is_worth_less_at_a_higher_power_price(deals, changed):
    cheap, dear = (
        changed(
            FULL,
            {"economy/market/power": {"price": f"{price} USD/kWh", "speed": "0.25 /yr", "volatility": "10 %/sqrt(yr)"}},
        )
        for price in (0.08, 0.16)
    )
    g = cheap.names.machines.index("gb300")
    first = [deal.plan.collateral.first[g] for deal in (cheap, dear)]
    size = cheap.plan.collateral.value.size
    assert size == dear.plan.collateral.value.size
    for t in (0, 24, 60):
        for deviation in (-0.5, 0.0, 0.5):
            low, high = (
                unit_values(deal, g, np.array([deal.plan.market.power_price[0]]), deviation=deviation, t=t)[0]
                for deal in (cheap, dear)
            )
            assert high <= low
    assert first[0] == first[1]


def final(retell, deal, paths=range(2000)):
    """Mean weighted loss by facility, present value out less in of the owners, and default odds."""
    tale = retell(deal, paths)
    weight = tale["counterparties.weights"][-1, 0, 0]
    claims, equity = tale["outcome.claims"][-1], tale["outcome.equity"][-1]
    loss = (claims[:, outcome.PV_LOSS] * weight).mean(axis=1)
    gain = ((equity[:, outcome.PV_OUT] - equity[:, outcome.PV_IN]) * weight).mean(axis=1)
    odds = (tale["default.standing"][-1, :, standing.DEFAULTED] * weight).mean(axis=1)
    return loss, gain, odds


TRANCHED = {
    "borrowers/0/debt/facilities/0/commitment": "80 m USD",
    "borrowers/0/debt/facilities/1": {
        "name": "mezzanine", "kind": "junior", "commitment": "20 m USD", "rate": {"kind": "fixed", "coupon": "13 %"},
        "maturity": "2029-03-31", "day_count": "30/360", "amortisation": {"kind": "bullet"},
    },
    "borrowers/0/debt/priority": [
        {"pay": "opex"}, {"pay": "interest", "facility": "loan"}, {"pay": "principal", "facility": "loan"},
        {"pay": "interest", "facility": "mezzanine"}, {"pay": "principal", "facility": "mezzanine"},
        {"pay": "distribute"},
    ],
    "economy/market/facts": "default",
    "economy/market/machines/0/rental": "3 USD/h",
    "counterparties/0/rating": "B",
}  # fmt: skip


@pytest.fixture(scope="module")
def tranched(changed):
    """A senior and a junior loan on one customer rated B, whose failure may meet a glut."""
    tree_changes = dict(TRANCHED)
    junior = tree_changes.pop("borrowers/0/debt/facilities/1")

    def make(tilt):
        more = {**tree_changes, "counterparties/0/cycle_tilt": tilt}
        facilities = [
            {"name": "loan", "kind": "term_loan", "commitment": "80 m USD", "rate": {"kind": "fixed", "coupon": "9 %"},
             "maturity": "2029-03-31", "day_count": "30/360", "amortisation": {"kind": "straight"}},
            junior,
        ]  # fmt: skip
        more.pop("borrowers/0/debt/facilities/0/commitment")
        return changed(LOAN, {**more, "borrowers/0/debt/facilities": facilities})

    return make


def test_wrong_way_risk_raises_the_lenders_losses(tranched, retell):
    """The customer now fails in gluts, when machines fetch little; its odds are unchanged (compensated hazards).

    Expected loss rises for the senior and for the junior loan; nobody's stays where it was.
    """
    losses = np.array([final(retell, tranched(tilt), range(6000))[0] for tilt in (0.0, 0.5, 1.0)])
    assert (losses[0] > 0.0).all()
    assert (np.diff(losses, axis=0) > 0.0).all()


@pytest.mark.parametrize("name", ["invented", "full"])
def test_deeper_market_never_lowers_recoveries(deals, retell, name):
    """The same machines in a deeper market: no path's lenders lose more in total."""
    plan = deals[name].plan
    deep = plan._replace(liquidation=plan.liquidation._replace(depth=plan.liquidation.depth * 4.0))
    thin, thick = retell(deals[name], range(512)), retell(replace(deals[name], plan=deep), range(512))
    losses = [tale["outcome.claims"][-1, :, outcome.LOSS].sum(axis=0) for tale in (thin, thick)]
    assert (losses[1] <= losses[0] + 1.0).all()
    assert losses[1].sum() < losses[0].sum()


def test_deeper_market_pays_more_for_any_sequence_of_sales():
    rng = np.random.default_rng(3)
    with np.errstate(all="ignore"):
        for _ in range(200):
            sales, floor, fading = rng.integers(0, 3000, 12), rng.uniform(0.05, 0.9), rng.uniform(0.0, 1.0)
            total = []
            for depth in (200.0, 800.0, 5000.0, 1e6):
                pressure = money = 0.0
                for units in sales.astype(float):
                    pressure = pressure * fading
                    money += units * float(twin(average_price)(pressure, units, depth, floor))
                    pressure = pressure + units
                total.append(money)
            assert (np.diff(total) >= -1e-9 * total[0]).all()
            assert floor * sales.sum() - 1e-6 <= total[0]
            assert total[-1] <= sales.sum() + 1e-6


def test_longer_downtime_never_raises_cfads(deals, retell):
    """Cumulative CFADS to every month, where no debt decision can feed back: contracts do not end with the borrower."""
    plan = deals["full"].plan
    contracts = plan.operations._replace(terminates=np.zeros_like(plan.operations.terminates))
    sums = []
    for months in (0.0, 3.0, 9.0):
        slow = contracts._replace(
            release_downtime=np.full_like(contracts.release_downtime, months),
            operator_downtime=np.full_like(contracts.operator_downtime, months / 3.0),
        )
        idle = plan._replace(operations=slow, default=plan.default._replace(grace=np.array([1e6])))
        tale = retell(replace(deals["full"], plan=idle), range(512))
        kept = tale["default.standing"][-1, 0, standing.MONTH] == 0
        sums.append((tale["operations.businesses"][:, 0, business.CFADS].cumsum(axis=0), kept))
    for (short, a), (long, b) in pairwise(sums):
        both = a & b
        assert both.sum() > 100
        assert (long[:, both] <= short[:, both] + 1e-3).all()


def test_better_coverage_means_fewer_defaults(changed, retell):
    odds = [
        final(retell, changed(LOAN, {"borrowers/0/debt/facilities/0/commitment": amount}), range(1000))[2][0]
        for amount in ("60 m USD", "160 m USD", "200 m USD")
    ]
    assert odds[0] <= odds[1] <= odds[2]
    assert odds[0] < odds[2]


def test_scaling_every_dollar_scales_every_dollar(changed, retell):
    """Ten times the machines, the loan, the cash and the depth of the market: ten times every outcome."""
    big = changed(LOAN, {
        "borrowers/0/operations/fleets/0/units": 23040,
        "borrowers/0/debt/facilities/0/commitment": "950 m USD",
        "borrowers/0/debt/cash": "20 m USD",
        "economy/resale/0/depth": 20000,
        "economy/resale/0/absorption": 5000,
    })  # fmt: skip
    one, ten = retell(changed(LOAN, {}), range(512)), retell(big, range(512))
    np.testing.assert_array_equal(
        one["default.standing"][-1, 0, standing.MONTH], ten["default.standing"][-1, 0, standing.MONTH]
    )
    for field in (outcome.EAD, outcome.LOSS, outcome.REPAID):
        np.testing.assert_allclose(
            10.0 * one["outcome.claims"][-1, 0, field], ten["outcome.claims"][-1, 0, field], rtol=1e-9, atol=10.0
        )

"""Several borrowers in one market: alone when every channel is off, together when it is on, and nothing is lost."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

from halflife.contagion import state as between
from halflife.contagion.clearing import build_network, clear
from halflife.contagion.spec import CHANNELS
from halflife.counterparties import state as party
from halflife.default import state as standing
from halflife.engine.channels import silence, with_backstop, with_channels, with_depth, with_shock
from halflife.engine.resolve import resolve
from halflife.engine.run import walk
from halflife.engine.system import SystemSpec
from halflife.foundation.document import read_document
from halflife.liquidation import state as sale
from halflife.study.run import axis_of
from halflife.waterfall import state as debt

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("Alpha", "Beta", "Gamma")
PATHS, SEED = 512, 7
OFF = dict.fromkeys(CHANNELS, 0.0)
ON = {**dict.fromkeys(CHANNELS, 1.0)}
CAPACITY = [{"machine": name, "installed": 100_000, "elasticity": "1x"} for name in ("gb300", "b200")]
LENDERS = [
    {"name": "Bank", "capital": "60 m USD", "other_assets": "600 m USD", "least_capital": "8 %",
     "holdings": [{"borrower": name, "facility": "ddtl", "share": "20 %"} for name in NAMES]},
    {"name": "Fund", "capital": "300 m USD", "is_residual": True,
     "claims": [{"debtor": "Bank", "amount": "200 m USD"}]},
]  # fmt: skip


def words(names=NAMES, **contagion):
    """Three borrowers alike but for their size, leverage and customers' luck, on machines of the same two types."""
    tree = read_document(ROOT / "tests" / "data" / "full_ddtl.yaml").tree()
    pattern = tree["borrowers"][0]
    pattern.pop("guarantee")
    tree["borrowers"] = []
    for place, name in enumerate(NAMES):
        one = copy.deepcopy(pattern)
        one["name"] = name
        one["operations"]["release"]["use"] = ("70 %", "60 %", "50 %")[place]
        one["operations"]["contracts"][0]["price"] = ("4.10 USD/h", "3.60 USD/h", "3.20 USD/h")[place]
        one["operations"]["contracts"][0]["offtaker"] = ("Megacorp", "Startup", "Startup")[place]
        if name in names:
            tree["borrowers"].append(one)
    tree["contagion"] = {"capacity": CAPACITY, **contagion}
    return tree


def deal_of(tree):
    return resolve(SystemSpec.model_validate(tree), is_natural=True)


@pytest.fixture(scope="module")
def system():
    tree = words(**dict.fromkeys(CHANNELS, "100 %"))
    tree["lenders"] = LENDERS
    tree["borrowers"][0]["cross_default"] = ["Gamma"]
    tree["borrowers"][2]["acts_as"] = "Operator"
    return deal_of(tree)


def harvest_of(deal, change=lambda plan: plan, paths=PATHS):
    return walk([change(deal.plan)], axis_of(deal), paths=paths, seed=SEED)


@pytest.fixture(scope="module")
def off(system):
    return harvest_of(system, lambda plan: with_channels(plan, OFF))


@pytest.fixture(scope="module")
def on(system):
    return harvest_of(system)


@pytest.mark.parametrize("name", NAMES)
def test_with_every_channel_off_a_system_is_its_deals_side_by_side(system, off, name):
    """Bit for bit, every outcome of every borrower, facility and covenant."""
    alone = deal_of(words([name], sponsors="0 %"))
    months = alone.plan.months
    assert system.plan.months == months
    single, axis = harvest_of(alone), axis_of(system)
    b = axis.borrowers.index(name)
    facilities = [f for f, owner in enumerate(axis.facility_borrower) if owner == b]
    covenants = [c for c, owner in enumerate(axis.covenant_borrower) if owner == b]
    of_borrower = ("default_month", "cause", "least_dscr", "first_shortfall", "equity_in", "equity_out", "support")
    of_facility = ("ead", "loss", "pv_loss", "annuity", "repaid", "repaid_time")
    places = {"first_breach": covenants, **dict.fromkeys(of_facility, facilities)}
    places.update((name, [b]) for name in of_borrower)
    for column, rows in places.items():
        np.testing.assert_array_equal(
            getattr(single.columns, column), getattr(off.columns, column)[rows], err_msg=column
        )


def test_the_sum_of_the_deals_is_the_system(system, off):
    total = sum(harvest_of(deal_of(words([name], sponsors="0 %"))).columns.loss.sum() for name in NAMES)
    assert off.columns.loss.sum() == pytest.approx(total, rel=1e-12)


def test_a_strength_of_zero_is_no_channel(off):
    """Lenders who watch, capacity that counts and a shared market at strength zero change nothing."""
    tree = words(**dict.fromkeys(CHANNELS, "0 %"))
    silent = harvest_of(deal_of(tree))
    for column in ("default_month", "cause", "loss", "pv_loss", "ead", "equity_out", "first_breach"):
        np.testing.assert_array_equal(getattr(silent.columns, column), getattr(off.columns, column), err_msg=column)


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_matters_on_its_own(system, off, channel):
    changed = harvest_of(system, lambda plan: with_channels(plan, {**OFF, channel: 1.0}))
    moved = any(
        (getattr(changed.columns, column) != getattr(off.columns, column)).any()
        for column in ("pv_loss", "default_month", "equity_out", "equity_in", "lender_failed", "party_failed")
    )
    # claims between lenders reach borrowers only through the funding channel; here they fail the creditor or nobody
    assert moved or channel in {"interlender", "refinancing"}


def test_feedback_raises_the_loss_of_this_system(off, on):
    assert on.columns.pv_loss.sum() > 1.02 * off.columns.pv_loss.sum()


def test_the_order_of_the_file_changes_no_bit(on):
    tree = words(**dict.fromkeys(CHANNELS, "100 %"))
    tree["lenders"] = LENDERS[::-1]
    tree["borrowers"][0]["cross_default"] = ["Gamma"]
    tree["borrowers"][2]["acts_as"] = "Operator"
    tree["borrowers"].reverse()
    tree["counterparties"].reverse()
    other = harvest_of(deal_of(tree))
    for column in on.columns._fields:
        np.testing.assert_array_equal(getattr(on.columns, column), getattr(other.columns, column), err_msg=column)


@pytest.fixture(scope="module")
def tale(system, retell):
    return retell(system, range(128))


def test_compiled_and_twin_agree(system, tale):
    harvest = harvest_of(system, paths=128)
    np.testing.assert_array_equal(harvest.columns.pv_loss, tale["outcome.claims"][-1, :, 5])
    np.testing.assert_array_equal(harvest.columns.lender_failed, tale["contagion.lenders"][-1, :, between.FAILED])


def test_what_debtors_lose_lenders_lose(system, tale):
    """Recognised losses of the facilities are the loan losses of their lenders, every month and path."""
    facilities, lenders = tale["contagion.exposures"], tale["contagion.lenders"]
    lost, borne = facilities[:, :, between.LOSS].sum(axis=1), lenders[:, :, between.LOAN_LOSS].sum(axis=1)
    scale = system.plan.waterfall.commitment.sum()
    np.testing.assert_allclose(borne, lost, atol=1e-12 * scale, rtol=0.0)
    assert (lost > 0.0).any()


def test_the_loss_recognised_in_the_end_is_the_debt_that_is_left(tale):
    pools, standings = tale["waterfall.pools"][-1], tale["default.standing"][-1]
    facilities = tale["contagion.exposures"][-1, :, between.LOSS]
    left = np.where(standings[:, standing.DEFAULTED] > 0.5, pools[:, debt.DEBT], 0.0)
    forced = tale["collateral.values"][-1, :, 3]
    wanted = np.where(standings[:, standing.DEFAULTED] > 0.5, np.maximum(0.0, left - forced), 0.0).sum(axis=0)
    np.testing.assert_allclose(facilities.sum(axis=0), wanted, rtol=1e-9, atol=1e-3)


def test_lenders_settle_at_the_clearing_vector(system, tale):
    """Month by month the failure travels one step; where it stands still, it is Eisenberg and Noe's vector."""
    table, lenders = system.plan.contagion, tale["contagion.lenders"]
    still = (np.abs(np.diff(lenders[-6:], axis=0)).max(axis=(0, 1, 2)) == 0.0).nonzero()[0]
    assert still.size > 10
    liabilities = np.zeros((2, 2))
    for creditor, debtor, amount in zip(table.claim_creditor, table.claim_debtor, table.claim_amount, strict=True):
        liabilities[debtor, creditor] += amount
    owed_outside = table.assets - table.capital - liabilities.sum(axis=1)
    claims = np.bincount(table.claim_creditor, table.claim_amount, 2)
    outside = (table.assets - claims)[:, None] - lenders[-1, :, between.LOAN_LOSS][:, still]
    cleared = clear(build_network(liabilities, np.maximum(outside.T, 0.0), outside_debt=np.maximum(owed_outside, 0.0)))
    due = np.maximum(table.assets - table.capital, 1e-9)
    wanted = np.minimum(1.0, (cleared.paid.sum(axis=-1) if cleared.paid.ndim == 3 else cleared.paid) / due)
    np.testing.assert_allclose(lenders[-1, :, between.PAYS][:, still].T, wanted, atol=1e-9)


def test_silencing_a_borrower_spares_the_others(system, on):
    silent = harvest_of(system, lambda plan: silence(plan, "borrower", 2))
    others = [f for f, owner in enumerate(axis_of(system).facility_borrower) if owner != 2]
    assert silent.columns.pv_loss[others].sum() < on.columns.pv_loss[others].sum()


@pytest.mark.parametrize(("kind", "place"), [("lender", 0), ("machine", 1), ("party", 0), ("party", 2)])
def test_everything_can_be_silenced(system, kind, place):
    harvest = harvest_of(system, lambda plan: silence(plan, kind, place))
    assert np.isfinite(harvest.columns.pv_loss).all()
    if kind == "party":
        assert not harvest.columns.party_failed[place].any()


def test_a_larger_shock_loses_more(system):
    losses = [
        harvest_of(system, lambda plan, fall=fall: with_shock(plan, fall)).columns.pv_loss.sum()
        for fall in (0.0, 0.2, 0.4)
    ]
    assert losses[0] < losses[1] < losses[2]


def test_no_shock_is_no_shock(system, on):
    np.testing.assert_array_equal(
        harvest_of(system, lambda plan: with_shock(plan, 0.0)).columns.pv_loss, on.columns.pv_loss
    )


def test_thin_markets_bring_less_of_given_sales(system, on):
    thin = harvest_of(system, lambda plan: with_depth(plan, 0.25))
    assert thin.columns.pv_loss.sum() > on.columns.pv_loss.sum()


def test_a_backstop_spends_no_more_than_it_has_and_helps(system, on):
    size = 200e6
    helped = harvest_of(system, lambda plan: with_backstop(plan, 0.9, size))
    spent, overpaid = helped.columns.backstop_spent[0], helped.columns.backstop_cost[0]
    assert (spent <= size * (1.0 + 1e-9)).all()
    assert (spent > 0.0).any()
    assert ((overpaid >= 0.0) & (overpaid <= spent)).all()
    assert helped.columns.pv_loss.sum() < on.columns.pv_loss.sum()
    nothing = harvest_of(system, lambda plan: with_backstop(plan, 0.9, 0.0))
    np.testing.assert_array_equal(nothing.columns.pv_loss, on.columns.pv_loss)


def test_a_borrower_takes_its_party_with_it(system, tale):
    """Gamma is the operator: the month after its default the operator is dead."""
    b, c = system.names.borrowers.index("Gamma"), system.names.parties.index("Operator")
    fallen = tale["default.standing"][:-1, b, standing.DEFAULTED] > 0.5
    assert fallen.any()
    assert (tale["counterparties.parties"][1:, c, party.ALIVE][fallen] < 0.5).all()


def test_a_cross_default_follows_within_a_month(system, tale):
    a, c = (system.names.borrowers.index(name) for name in ("Alpha", "Gamma"))
    standings = tale["default.standing"]
    crossed = standings[-1, a, standing.CAUSE] == standing.CROSS
    assert crossed.any()
    later = standings[-1, a, standing.MONTH] - standings[-1, c, standing.MONTH]
    assert (later[crossed] == 1.0).all()


def test_pressure_of_all_sellers_marks_the_market(tale):
    marks, pressure = tale["liquidation.markets"][:, :, sale.MARK], tale["liquidation.markets"][:, :, sale.PRESSURE]
    assert (marks[pressure > 1.0] < 1.0).all()
    assert (marks[pressure == 0.0] == 1.0).all()


def test_threads_and_chunks_change_no_bit(system, on):
    other = walk([system.plan], axis_of(system), paths=PATHS, seed=SEED, threads=1)
    for column in on.columns._fields:
        np.testing.assert_array_equal(getattr(on.columns, column), getattr(other.columns, column), err_msg=column)


def test_guarantees_that_run_in_a_circle_are_refused():
    """Gamma is the Operator; if the Operator guarantees Gamma, nobody stands behind it."""
    from halflife.foundation.errors import SpecError

    tree = words()
    tree["borrowers"][2]["acts_as"] = "Operator"
    tree["borrowers"][2]["guarantee"] = {"kind": "full", "guarantor": "Operator", "liquidity": "1 bn USD"}
    with pytest.raises(SpecError, match="circle"):
        deal_of(tree)


def mean_difference(more, less):
    """Mean of the lenders' loss less the mean in another run of the same paths, and its standard error, USD."""
    change = more.columns.pv_loss.sum(axis=0) - less.columns.pv_loss.sum(axis=0)
    return change.mean(), change.std(ddof=1) / np.sqrt(change.size)


def test_losses_need_not_rise_with_the_strength_of_a_channel(system):
    """Lenders that withhold a quarter lose less: what was not lent need not be refinanced. With all withheld,
    machines are missing when the debt falls due, and they lose more than without the channel (docs/howto/cascade.md).
    """
    runs = [
        harvest_of(system, lambda plan, one=one: with_channels(plan, {**OFF, "funding": one}), paths=2048)
        for one in (0.0, 0.25, 1.0)
    ]
    fall, error = mean_difference(runs[1], runs[0])
    assert fall < -4.0 * error
    rise, error = mean_difference(runs[2], runs[0])
    assert rise > 4.0 * error


def test_marks_that_follow_the_market_can_save_the_lenders_money(system):
    """With all other channels on: lower marks tighten borrowing bases and tests while there is cash, and less debt is
    left to be refinanced."""
    marked = harvest_of(system, paths=2048)
    unmarked = harvest_of(system, lambda plan: with_channels(plan, {**ON, "marks": 0.0}), paths=2048)
    change, error = mean_difference(marked, unmarked)
    assert change < -4.0 * error


def test_a_deeper_market_can_raise_the_loss_of_a_path(system):
    """Twice the depth helps on average. On some paths it spares a borrower the tests that would have made it repay, and
    its junior debt fails at maturity instead."""
    shallow = harvest_of(system, paths=2048).columns.pv_loss.sum(axis=0)
    deep = harvest_of(system, lambda plan: with_depth(plan, 2.0), paths=2048).columns.pv_loss.sum(axis=0)
    assert deep.mean() < shallow.mean()
    assert (deep - shallow > 1e6).any()

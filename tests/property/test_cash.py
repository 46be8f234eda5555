"""Money is neither made nor lost: every dollar that comes in is paid to somebody or still there."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.default import state as standing
from halflife.engine import state as outcome
from halflife.operations import state as business
from halflife.treasury import state as purse
from halflife.waterfall import state as debt
from halflife.waterfall.table import (
    CURE_ADVANCE,
    FEES,
    FILL,
    INTEREST,
    OPEX,
    PRINCIPAL,
    REVOLVER,
    SWEEP,
    TRAP,
)

EXACT = 1e-12


def by_borrower(tale, figures, owner):
    """``[month, entity, path]`` added up by the entity's borrower."""
    total = np.zeros((figures.shape[0], len(tale.deal.names.borrowers), figures.shape[2]))
    for place, b in enumerate(owner):
        total[:, b] += figures[:, place]
    return total


def facility(tale, field):
    return tale["waterfall.facilities"][:, :, field]


def pool(tale, field):
    return tale["waterfall.pools"][:, :, field]


def cash_drawn(tale):
    """``[month, facility, path]``: draws that brought cash, capitalised interest apart."""
    claim = facility(tale, debt.BALANCE) + facility(tale, debt.ACCRUED)
    grown = np.diff(claim, axis=0, prepend=claim[:1])
    paid = facility(tale, debt.PAID_INTEREST) + facility(tale, debt.PAID_PRINCIPAL)
    drawn = grown - facility(tale, debt.INTEREST) + paid + facility(tale, debt.REFINANCED)
    drawn = drawn + facility(tale, debt.SETTLED)
    drawn[0] = 0.0
    return drawn


def held(tale):
    """Cash, trapped cash and reserves: ``[month, borrower, path]``."""
    table = tale.deal.plan.waterfall
    reserves = by_borrower(tale, tale["waterfall.accounts"][:, :, debt.RESERVE], table.account_borrower)
    return pool(tale, debt.CASH) + pool(tale, debt.TRAPPED) + reserves


def from_treasury(tale, field):
    """``[month, borrower, path]``: one figure of the treasuries by their owner."""
    return by_borrower(tale, tale["treasury.purses"][:, :, field], tale.deal.plan.treasury.owner)


def commitment(tale):
    return tale.deal.plan.waterfall.commitment.sum()


def test_what_comes_in_goes_out_or_stays(tale):
    table, cash = tale.deal.plan.waterfall, held(tale)
    leaves = ~np.isin(table.step, (FILL, TRAP))
    paid = tale["waterfall.flows"][:, :, debt.FLOW] * leaves[:, None]
    revenue = tale["operations.businesses"][:, :, business.REVENUE]
    capex = tale["operations.businesses"][:, :, business.SPENT]
    inflow = revenue + pool(tale, debt.PROCEEDS) + pool(tale, debt.SUPPORT) + pool(tale, debt.EQUITY)
    inflow = inflow + by_borrower(tale, cash_drawn(tale), table.facility_borrower)
    lent = tale["treasury.loans"][:, :, purse.LENT]
    lent = by_borrower(tale, lent, table.facility_borrower[tale.deal.plan.treasury.loan_facility])
    inflow = inflow + from_treasury(tale, purse.FLOW) - from_treasury(tale, purse.ISSUED) - lent
    gap = cash[:-1] + inflow[1:] - by_borrower(tale, paid, table.step_borrower)[1:] - capex[1:] - cash[1:]
    assert np.abs(gap).max() <= EXACT * commitment(tale)


def test_steps_add_up_to_what_creditors_received(tale):
    table, flows = tale.deal.plan.waterfall, tale["waterfall.flows"][:, :, debt.FLOW]
    received = {
        debt.PAID_FEES: (FEES,),
        debt.PAID_INTEREST: (INTEREST,),
        debt.PAID_PRINCIPAL: (PRINCIPAL, CURE_ADVANCE, SWEEP),
    }
    for field, steps in received.items():
        for f in np.setdiff1d(range(table.commitment.size), tale.deal.plan.treasury.loan_facility):
            mine = np.isin(table.step, steps) & (table.step_target == f)
            np.testing.assert_allclose(
                facility(tale, field)[1:, f], flows[1:, mine].sum(axis=1), rtol=0, atol=EXACT * commitment(tale)
            )


def test_operating_cost_is_paid_in_full_or_carried_forward(tale):
    table, flows = tale.deal.plan.waterfall, tale["waterfall.flows"][:, :, debt.FLOW]
    opex = tale["operations.businesses"][:, :, business.OPEX]
    for s in np.flatnonzero(table.step == OPEX):
        b = table.step_borrower[s]
        carried = tale["waterfall.pools"][:, b, debt.UNPAID_OPEX]
        due = opex[1:, b] + carried[:-1]
        np.testing.assert_allclose(flows[1:, s] + carried[1:], due, rtol=EXACT, atol=1e-6)


def test_balances_roll_forward(tale):
    balance, draws = facility(tale, debt.BALANCE), facility(tale, debt.DRAW)
    accrued, refinanced = facility(tale, debt.ACCRUED), facility(tale, debt.REFINANCED)
    left = balance[:-1] + draws[1:] - facility(tale, debt.PAID_PRINCIPAL)[1:] - facility(tale, debt.SETTLED)[1:]
    is_out = refinanced[1:] > 0.0
    bound = EXACT * commitment(tale)
    assert np.abs(np.where(is_out, 0.0, left - balance[1:])).max() <= bound
    assert (np.where(is_out, balance[1:] + accrued[1:], 0.0) == 0.0).all()
    assert (np.where(is_out, left - refinanced[1:], 0.0) <= bound).all()


def test_draws_and_equity_pay_for_the_machines(tale):
    """Equity beyond the machines pays costs while draws are open, and only then."""
    table, capex = tale.deal.plan.waterfall, tale["operations.businesses"][:, :, business.SPENT]
    is_term = table.kind != REVOLVER
    drawn = by_borrower(tale, cash_drawn(tale) * is_term[:, None], table.facility_borrower)
    beyond = drawn + pool(tale, debt.EQUITY) - from_treasury(tale, purse.ISSUED) - capex
    assert beyond.min() >= -EXACT * commitment(tale)
    after = table.draw_end.max() + 1
    assert np.abs(beyond[after:]).max() <= EXACT * commitment(tale)
    assert (facility(tale, debt.DRAWN)[:, is_term] <= table.commitment[is_term, None] * (1.0 + EXACT)).all()


def test_nothing_is_negative(tale):
    bound = -EXACT * commitment(tale)
    for field in (debt.CASH, debt.TRAPPED, debt.DISTRIBUTED, debt.EQUITY, debt.SHORTFALL, debt.SUPPORT):
        assert pool(tale, field).min() >= bound
    for field in (debt.BALANCE, debt.ACCRUED, debt.DRAW, debt.PAID_INTEREST, debt.PAID_PRINCIPAL, debt.FEE_DUE):
        assert facility(tale, field).min() >= bound
    assert tale["waterfall.accounts"].min(initial=0.0) >= bound
    assert tale["treasury.holdings"].min(initial=0.0) >= -1e-6
    assert tale["treasury.loans"].min(initial=0.0) >= -1e-6
    assert tale["waterfall.flows"].min() >= bound


def test_every_number_is_finite(tale):
    for name, array in tale.arrays.items():
        assert np.isfinite(array).all(), name


def test_what_debtors_lose_creditors_lose(tale):
    """After default a claim only shrinks by what was paid: exposure, interest since, receipts and the rest."""
    table, claims = tale.deal.plan.waterfall, tale["outcome.claims"][-1]
    month = tale["default.standing"][-1, :, standing.MONTH]
    claim = facility(tale, debt.BALANCE) + facility(tale, debt.ACCRUED)
    since = np.arange(claim.shape[0])[:, None, None] > month[None]
    for f, b in enumerate(table.facility_borrower):
        failed, later = month[b] > 0, since[:, b]
        interest = (facility(tale, debt.INTEREST)[:, f] * later).sum(axis=0)
        received = (facility(tale, debt.PAID_INTEREST) + facility(tale, debt.PAID_PRINCIPAL))[:, f]
        gap = claims[f, outcome.EAD] + interest - (received * later).sum(axis=0) - claim[-1, f]
        assert np.abs(gap[failed]).max(initial=0.0) <= EXACT * commitment(tale)
        assert (claims[f, outcome.EAD][~failed] == 0.0).all()


def test_a_lease_ends_with_the_machines_gone_and_the_residual_settled(tale):
    """Guarantee, machines and what stays owed add up to the residual; no machine of the fleet earns afterwards."""
    table, bound = tale.deal.plan.waterfall, EXACT * commitment(tale)
    for f in np.flatnonzero(table.lease_fleet >= 0):
        b, end, fleet = table.facility_borrower[f], table.maturity[f], table.lease_fleet[f]
        worth, settled, backed = (facility(tale, x)[end, f] for x in (debt.RETURNED, debt.SETTLED, debt.BACKED))
        ran = tale["default.standing"][end - 1, b, standing.DEFAULTED] < 0.5
        before = facility(tale, debt.BALANCE)[end - 1, f]
        rents = np.minimum(before, table.instalment[f, end] * facility(tale, debt.DRAWN)[end, f]
                           + facility(tale, debt.ARREARS)[end - 1, f])  # fmt: skip
        booked = np.minimum(before - rents, table.residual[f] * facility(tale, debt.DRAWN)[end, f])
        guaranteed = np.minimum(booked, table.guaranteed[f] * facility(tale, debt.DRAWN)[end, f])
        short = np.maximum(0.0, guaranteed - worth)
        by_lessee = table.residual_party[f] < 0
        assert np.abs(np.where(ran, settled - booked + (short if by_lessee else 0.0), settled)).max() <= bound
        assert (backed <= (0.0 if by_lessee else np.minimum(short, table.residual_cap[f])) + bound).all()
        held = tale["operations.fleets"][end:, fleet, business.HELD]
        assert (held[:, ran] == 0.0).all()
        assert ran.any()
        others = np.delete(np.arange(facility(tale, debt.SETTLED).shape[0]), end)
        assert (facility(tale, debt.SETTLED)[others, f] == 0.0).all()


def unpaid(tale, s):
    """``[month, path]`` of a step: was something of what it owed left unpaid?"""
    table, f, op = tale.deal.plan.waterfall, tale.deal.plan.waterfall.step_target[s], tale.deal.plan.waterfall.step[s]
    defaulted = tale["default.standing"][:, table.facility_borrower[f], standing.DEFAULTED] > 0.5
    defaulted = np.vstack((defaulted[:1], defaulted[:-1]))
    month = np.arange(defaulted.shape[0])
    matured = (month >= table.maturity[f])[:, None]
    if op == INTEREST:
        calls = defaulted | matured | (table.is_payment[f] == 1)[:, None]
        left = facility(tale, debt.ACCRUED)[:, f]
    else:
        calls = defaulted | matured
        left = facility(tale, debt.BALANCE)[:, f]
        return (calls & (left > 1.0)) | (facility(tale, debt.ARREARS)[:, f] > 1.0)
    return calls & (left > 1.0)


def paid_past(tale, kind, *, is_revolver):
    """Most that a junior step of a kind was paid while a senior one went short, by names of the two steps."""
    table, flows = tale.deal.plan.waterfall, tale["waterfall.flows"][:, :, debt.FLOW]
    steps, found = np.flatnonzero(table.step == kind), {}
    for place, senior in enumerate(steps):
        if (table.kind[table.step_target[senior]] == REVOLVER) != is_revolver:
            continue
        short = unpaid(tale, senior)
        for junior in steps[place + 1 :]:
            if table.step_borrower[junior] == table.step_borrower[senior]:
                names = tale.deal.names.steps[senior], tale.deal.names.steps[junior]
                found[names] = np.where(short, flows[:, junior], 0.0).max()
    return {names: paid for names, paid in found.items() if paid > 1.0}


@pytest.mark.parametrize("kind", [INTEREST, PRINCIPAL], ids=["interest", "principal"])
def test_junior_is_unpaid_until_senior_is_whole(tale, kind):
    assert not paid_past(tale, kind, is_revolver=False)


def test_revolver_is_not_drawn_while_its_own_interest_is_short(tales):
    assert not paid_past(tales["stressed"], INTEREST, is_revolver=True)


def test_owners_receive_nothing_while_anybody_is_short(tale):
    paid = np.where(pool(tale, debt.SHORTFALL) > 1.0, pool(tale, debt.DISTRIBUTED), 0.0)
    assert paid.max() <= EXACT * commitment(tale)

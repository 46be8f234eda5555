"""The debt, month by month: interest, draws, and the priority of payments."""

from typing import Any

from halflife.foundation.backend import Number, both, either, kernel, maximum, minimum, where
from halflife.waterfall.state import (
    ACCRUED,
    ARREARS,
    AVAILABLE,
    BACKED,
    BALANCE,
    CAPEX_DRAWN,
    CASH,
    COINS,
    DEBT,
    DISTRIBUTED,
    DRAW,
    DRAWN,
    EQUITY,
    FEE_DUE,
    FIRST_SHORT,
    INTEREST,
    IS_REFUSED,
    IS_STOPPED,
    LIQUIDITY,
    MATURED,
    OVERDUE,
    OWED,
    PAID_FEES,
    PAID_INTEREST,
    PAID_PRINCIPAL,
    RATE,
    REFINANCED,
    RESERVE,
    RETURNED,
    SCHEDULED,
    SERVICE,
    SETTLED,
    SHORTFALL,
    SPENT_SO_FAR,
    SUPPORT,
    TARGET,
    TRAPPED,
    TREASURY,
    Inflow,
    Triggers,
    WaterfallState,
)
from halflife.waterfall.table import JUNIOR, REVOLVER, WaterfallTable

CENT = 0.01
"""Debt below a cent is no debt."""


@kernel
def pay(cash: Number, due: Number) -> tuple[Number, Number]:
    """Pay one claim as far as the cash goes.

    Parameters
    ----------
    cash : USD, non-negative
        Cash at hand before this claim.
    due : USD, non-negative
        Amount due under this claim.

    Returns
    -------
    paid, cash left : USD
        ``paid <= due`` and ``paid + cash left == cash``.

    References
    ----------
    Our own; tests/property/test_waterfall.py.
    """
    paid = minimum(due, cash)
    return paid, cash - paid


@kernel
def start(table: WaterfallTable, state: WaterfallState) -> None:
    """Put balances, cash and reserves at the valuation date.

    References
    ----------
    Our own.
    """
    facilities, accounts, pools = state.facilities, state.accounts, state.pools
    for f in range(table.commitment.shape[0]):
        opening = table.opening[f]
        for k in range(facilities.shape[-1]):
            facilities[f, BALANCE, k] = opening
            facilities[f, DRAWN, k] = opening
    for a in range(table.opening_reserve.shape[0]):
        opening = table.opening_reserve[a]
        for k in range(accounts.shape[-1]):
            accounts[a, RESERVE, k] = opening
            pools[table.account_borrower[a], LIQUIDITY, k] = pools[table.account_borrower[a], LIQUIDITY, k] + opening
    for b in range(table.opening_cash.shape[0]):
        opening = table.opening_cash[b]
        for k in range(pools.shape[-1]):
            pools[b, CASH, k] = opening
            pools[b, LIQUIDITY, k] = pools[b, LIQUIDITY, k] + opening


@kernel
def open_month(state: WaterfallState) -> None:
    """Clear the month's flows.

    References
    ----------
    Our own.
    """
    pools, flows = state.pools, state.flows
    for b in range(pools.shape[0]):
        for k in range(pools.shape[-1]):
            pools[b, EQUITY, k] = 0.0
            pools[b, DISTRIBUTED, k] = 0.0
            pools[b, SHORTFALL, k] = 0.0
            pools[b, SUPPORT, k] = 0.0
            pools[b, SERVICE, k] = 0.0
            pools[b, MATURED, k] = 0.0
            pools[b, OWED, k] = 1.0 * pools[b, DEBT, k]
    for s in range(flows.shape[0]):
        for k in range(flows.shape[-1]):
            flows[s, 0, k] = 0.0


@kernel
def accrue(table: WaterfallTable, state: WaterfallState, f: int, short_rate: Any, defaulted: Any, t: int) -> None:
    """Accrue a month of interest and fees, capitalise what the documents capitalise, and schedule service.

    Parameters
    ----------
    short_rate : [lane], SOFR of the month, 1/yr

    References
    ----------
    docs/glossary.md, *debt service*: scheduled interest and instalments, without balloons.
    """
    facilities, pools, b = state.facilities, state.pools, table.facility_borrower[f]
    coupon, hedged, margin, floor = table.coupon[f], table.hedged[f], table.margin[f], table.floor[f]
    years, instalment, fee, commitment = table.accrual[f, t], table.instalment[f, t], table.fee[f], table.commitment[f]
    in_window = t <= table.draw_end[f]
    capitalises = 1.0 if in_window and table.is_capitalised[f] == 1 else 0.0
    window = 1.0 if in_window else 0.0
    is_senior = 0.0 if table.kind[f] == JUNIOR else 1.0
    for k in range(facilities.shape[-1]):
        balance, drawn = facilities[f, BALANCE, k], facilities[f, DRAWN, k]
        rate = hedged * coupon + (1.0 - hedged) * (maximum(short_rate[k], floor) + margin)
        overdue = where(defaulted[b, k] > 0.5, facilities[f, ACCRUED, k], facilities[f, OVERDUE, k])
        interest = (balance + overdue) * rate * years
        room = where(defaulted[b, k] > 0.5, 0.0, maximum(0.0, commitment - drawn))
        added = capitalises * minimum(interest, room)
        due = minimum(balance, instalment * drawn)
        facilities[f, RATE, k] = rate
        facilities[f, INTEREST, k] = interest
        facilities[f, BALANCE, k] = balance + added
        facilities[f, DRAWN, k] = drawn + added
        facilities[f, DRAW, k] = added
        facilities[f, ACCRUED, k] = facilities[f, ACCRUED, k] + (interest - added)
        facilities[f, FEE_DUE, k] = facilities[f, FEE_DUE, k] + window * fee * maximum(0.0, commitment - drawn) * years
        facilities[f, SCHEDULED, k] = interest - added + due
        facilities[f, PAID_INTEREST, k] = 0.0
        facilities[f, PAID_PRINCIPAL, k] = 0.0
        facilities[f, PAID_FEES, k] = 0.0
        facilities[f, REFINANCED, k] = 0.0
        facilities[f, RETURNED, k] = 0.0
        facilities[f, SETTLED, k] = 0.0
        facilities[f, BACKED, k] = 0.0
        pools[b, SERVICE, k] = pools[b, SERVICE, k] + is_senior * (interest - added + due)


@kernel
def test_draws(table: WaterfallTable, state: WaterfallState, triggers: Triggers, sponsor_alive: Any) -> None:
    """Say whether next month's draws are refused, and whether deliveries stop for want of money.

    Parameters
    ----------
    sponsor_alive : [borrower, lane], flag: a dead sponsor pays in no equity

    References
    ----------
    Our own; `when_stopped` of the draw terms.
    """
    pools = state.pools
    for b in range(pools.shape[0]):
        for k in range(pools.shape[-1]):
            refused = either(triggers.stop[b, k] > 0.5, triggers.defaulted[b, k] > 0.5)
            pools[b, IS_REFUSED, k] = where(refused, 1.0, 0.0)
            unfunded = either(sponsor_alive[b, k] < 0.5, triggers.defaulted[b, k] > 0.5)
            pools[b, IS_STOPPED, k] = where(unfunded, 1.0, 0.0)
    for f in range(table.commitment.shape[0]):
        if table.draw_end[f] > 0 and table.equity_pays[f] == 0:
            b = table.facility_borrower[f]
            for k in range(pools.shape[-1]):
                pools[b, IS_STOPPED, k] = maximum(pools[b, IS_STOPPED, k], pools[b, IS_REFUSED, k])


@kernel
def draw(table: WaterfallTable, state: WaterfallState, spent: Any, refused: Any, available: Any, t: int) -> None:
    """Fund the month's purchases: the facilities draw what they may, equity pays the rest.

    Parameters
    ----------
    spent : [borrower, lane], USD of capital expenditure this month
    refused : [borrower, lane], flag: draw conditions are not met
    available : [facility, lane], share of a draw that its lenders still fund

    References
    ----------
    docs/glossary.md, *advance rate*: the cap on a draw, not the maintenance test.
    """
    facilities, pools = state.facilities, state.pools
    for b in range(pools.shape[0]):
        for k in range(pools.shape[-1]):
            pools[b, SPENT_SO_FAR, k] = pools[b, SPENT_SO_FAR, k] + spent[b, k]
            pools[b, EQUITY, k] = 1.0 * spent[b, k]
    for f in range(table.commitment.shape[0]):
        if t <= table.draw_end[f]:
            b, advance, first, commitment = (
                table.facility_borrower[f],
                table.advance[f],
                table.equity_first[f],
                table.commitment[f],
            )
            for k in range(facilities.shape[-1]):
                drawn = facilities[f, CAPEX_DRAWN, k]
                after_equity = maximum(0.0, pools[b, SPENT_SO_FAR, k] - first) - drawn
                wanted = minimum(after_equity, pools[b, EQUITY, k]) if first > 0.0 else advance * spent[b, k]
                room = maximum(0.0, commitment - facilities[f, DRAWN, k])
                amount = where(refused[b, k] > 0.5, 0.0, minimum(maximum(0.0, wanted), room))
                amount = amount * available[f, k]
                facilities[f, CAPEX_DRAWN, k] = drawn + amount
                facilities[f, DRAWN, k] = facilities[f, DRAWN, k] + amount
                facilities[f, BALANCE, k] = facilities[f, BALANCE, k] + amount
                facilities[f, DRAW, k] = facilities[f, DRAW, k] + amount
                pools[b, EQUITY, k] = pools[b, EQUITY, k] - amount


@kernel
def end_lease(
    table: WaterfallTable,
    state: WaterfallState,
    f: int,
    worth: Any,
    defaulted: Any,
    guarantor_alive: Any,
    recovery: float,
    t: int,
) -> None:
    """Settle the residual of lease f with the machines that go back; what falls short of the guarantee stays owed.

    Parameters
    ----------
    worth : [lane], USD, orderly value of the machines;  defaulted : [lane], flag of acceleration
    guarantor_alive : [lane], flag;  recovery : of an unsecured claim on a failed guarantor

    Notes
    -----
    With the balance split into rents still due and residual R, of which G is guaranteed: the lessee owes
    ``max(0, G - worth)`` of R and is free of the rest; a named guarantor owes it instead, up to its cap. The lessor has
    ``worth + BACKED`` for ``SETTLED``. After acceleration nothing is settled: the machines are the lenders' to sell.

    References
    ----------
    docs/glossary.md, *residual guarantee*.
    """
    facilities, by_lessee = state.facilities, table.residual_party[f] < 0
    instalment, residual, guaranteed, cap = (
        table.instalment[f, t],
        table.residual[f],
        table.guaranteed[f],
        table.residual_cap[f],
    )
    for k in range(facilities.shape[-1]):
        balance, drawn = facilities[f, BALANCE, k], facilities[f, DRAWN, k]
        goes = where(defaulted[k] > 0.5, 0.0, 1.0)
        rents = minimum(balance, instalment * drawn + facilities[f, ARREARS, k])
        left = minimum(balance - rents, residual * drawn)
        short = maximum(0.0, minimum(left, guaranteed * drawn) - worth[k])
        backed = minimum(short, cap) * where(guarantor_alive[k] > 0.5, 1.0, recovery)
        settled = goes * (left - short if by_lessee else left)
        facilities[f, RETURNED, k] = goes * worth[k]
        facilities[f, SETTLED, k] = settled
        facilities[f, BACKED, k] = goes * (0.0 * backed if by_lessee else backed)
        facilities[f, BALANCE, k] = balance - settled


@kernel
def gather(table: WaterfallTable, state: WaterfallState, inflow: Inflow, triggers: Triggers, t: int) -> None:
    """Gather the cash of the month and release what reserves hold above their target.

    After acceleration every reserve is cash of the lenders; trapped cash is free again once the trap ends.

    References
    ----------
    docs/glossary.md, *cash trap*, *reserve account*.
    """
    facilities, accounts, pools = state.facilities, state.accounts, state.pools
    for b in range(pools.shape[0]):
        for k in range(pools.shape[-1]):
            trapped = pools[b, TRAPPED, k]
            frees = either(triggers.trap[b, k] < 0.5, triggers.defaulted[b, k] > 0.5)
            freed = where(frees, trapped, 0.0)
            pools[b, TRAPPED, k] = trapped - freed
            cash = pools[b, CASH, k] + inflow.revenue[b, k] + inflow.proceeds[b, k] + freed
            pools[b, AVAILABLE, k] = cash + pools[b, TREASURY, k]
    for a in range(table.opening_reserve.shape[0]):
        b, f, fixed = table.account_borrower[a], table.account_facility[a], table.target[a, t]
        ahead, months = table.ahead[a, t], table.months_ahead[a]
        for k in range(accounts.shape[-1]):
            target = fixed + 0.0 * pools[b, CASH, k]
            if f >= 0:
                interest = facilities[f, BALANCE, k] * facilities[f, RATE, k] * (months / 12.0)
                target = target + minimum(facilities[f, BALANCE, k], ahead * facilities[f, DRAWN, k]) + interest
            target = where(triggers.defaulted[b, k] > 0.5, 0.0, target)
            held = accounts[a, RESERVE, k]
            released = maximum(0.0, held - target)
            accounts[a, TARGET, k] = target
            accounts[a, RESERVE, k] = held - released
            pools[b, AVAILABLE, k] = pools[b, AVAILABLE, k] + released


@kernel
def close_month(table: WaterfallTable, state: WaterfallState, triggers: Triggers, t: int) -> None:
    """Refinance or record what is unpaid at maturity, and total debt and liquidity.

    References
    ----------
    docs/glossary.md, *maturity default*, *liquidity*.
    """
    facilities, accounts, pools = state.facilities, state.accounts, state.pools
    for b in range(pools.shape[0]):
        for k in range(pools.shape[-1]):
            pools[b, CASH, k] = pools[b, AVAILABLE, k]
            pools[b, AVAILABLE, k] = 0.0
            pools[b, LIQUIDITY, k] = pools[b, CASH, k] + pools[b, TRAPPED, k]
            pools[b, DEBT, k] = 0.0
    for a in range(table.opening_reserve.shape[0]):
        b = table.account_borrower[a]
        for k in range(pools.shape[-1]):
            pools[b, LIQUIDITY, k] = pools[b, LIQUIDITY, k] + accounts[a, RESERVE, k]
    for f in range(table.commitment.shape[0]):
        b, has_matured = table.facility_borrower[f], 1.0 if t >= table.maturity[f] else 0.0
        for k in range(facilities.shape[-1]):
            left = facilities[f, BALANCE, k] + facilities[f, ACCRUED, k]
            fresh = both(triggers.may_refinance[b, k] > 0.5, triggers.defaulted[b, k] < 0.5)
            taken_out = where(fresh, has_matured * left, 0.0)
            facilities[f, REFINANCED, k] = taken_out
            facilities[f, BALANCE, k] = where(taken_out > 0.0, 0.0, facilities[f, BALANCE, k])
            facilities[f, ACCRUED, k] = where(taken_out > 0.0, 0.0, facilities[f, ACCRUED, k])
            facilities[f, OVERDUE, k] = where(taken_out > 0.0, 0.0, facilities[f, OVERDUE, k])
            facilities[f, ARREARS, k] = where(taken_out > 0.0, 0.0, facilities[f, ARREARS, k])
            pools[b, MATURED, k] = pools[b, MATURED, k] + has_matured * left - taken_out
            pools[b, SHORTFALL, k] = where(taken_out > 0.0, 0.0, pools[b, SHORTFALL, k])
            pools[b, DEBT, k] = pools[b, DEBT, k] + left - taken_out
    for b in range(pools.shape[0]):
        for k in range(pools.shape[-1]):
            first = pools[b, FIRST_SHORT, k]
            is_first = both(first < 0.5, pools[b, SHORTFALL, k] > 1.0)
            pools[b, FIRST_SHORT, k] = where(is_first, 1.0 * t, first)


@kernel
def measure_base(table: WaterfallTable, state: WaterfallState, f: int, inflow: Inflow, t: int, k: int) -> Number:
    """Measure the over-advance of facility f: debt above the maintenance test or the borrowing base.

    References
    ----------
    docs/glossary.md, *borrowing base*, *maintenance advance test*.
    """
    b, balance = table.facility_borrower[f], state.facilities[f, BALANCE, k]
    most = balance
    if table.maintenance[f] > 0.0:
        most = table.maintenance[f] * inflow.paper[b, k]
    if table.kind[f] == REVOLVER:
        most = table.base_advance[f, t] * inflow.orderly[b, k] + table.base_receivables[f] * inflow.revenue[b, k]
        most = most + table.base_coins[f] * state.pools[b, COINS, k]
    return maximum(0.0, balance - most)

"""The priority of payments as a program: named steps, dispatched outside the lanes."""

from typing import Any

from halflife.foundation.backend import Number, both, either, kernel, maximum, minimum, where
from halflife.waterfall.kernel import CENT, measure_base, pay
from halflife.waterfall.state import (
    ACCRUED,
    ARREARS,
    AVAILABLE,
    BALANCE,
    COINS,
    DEBT,
    DISTRIBUTED,
    DRAW,
    DRAWN,
    DUES,
    EQUITY,
    FEE_DUE,
    FLOW,
    OVERDUE,
    PAID_FEES,
    PAID_INTEREST,
    PAID_PRINCIPAL,
    RESERVE,
    SHORTFALL,
    SUPPORT,
    TARGET,
    TRAPPED,
    UNPAID_OPEX,
    Backing,
    Inflow,
    Triggers,
    WaterfallState,
)
from halflife.waterfall.table import (
    CURE_ADVANCE,
    DISTRIBUTE,
    FEES,
    FILL,
    INTEREST,
    OPEX,
    PRINCIPAL,
    REVOLVER,
    SWEEP,
    WaterfallTable,
)


@kernel
def find_due(
    table: WaterfallTable, state: WaterfallState, s: int, inflow: Inflow, defaulted: Any, t: int, k: int
) -> Number:
    """Find what step s owes this month.

    After acceleration interest and the whole balance are due; at maturity too.

    References
    ----------
    docs/glossary.md, *acceleration*.
    """
    facilities, f, op, b = state.facilities, table.step_target[s], table.step[s], table.step_borrower[s]
    if op == OPEX:
        due = inflow.opex[b, k] + state.pools[b, UNPAID_OPEX, k]
    elif op == FEES:
        due = 1.0 * facilities[f, FEE_DUE, k]
    elif op == INTEREST:
        is_date = table.is_payment[f, t] == 1 or t >= table.maturity[f]
        calls = either(defaulted[b, k] > 0.5, is_date)
        due = where(calls, facilities[f, ACCRUED, k], facilities[f, OVERDUE, k])
    elif op == PRINCIPAL:
        balance = facilities[f, BALANCE, k]
        scheduled = minimum(balance, table.instalment[f, t] * facilities[f, DRAWN, k] + facilities[f, ARREARS, k])
        due = where(either(defaulted[b, k] > 0.5, t >= table.maturity[f]), balance, scheduled)
    else:
        due = where(defaulted[b, k] > 0.5, 0.0, measure_base(table, state, f, inflow, t, k))
    return due


@kernel
def take_reserves(
    table: WaterfallTable, state: WaterfallState, b: int, f: int, due: Number, paid: Number, k: int
) -> Number:
    """Pay the rest from the reserves that serve facility f, then from trapped cash; return what is paid by now.

    References
    ----------
    docs/glossary.md, *reserve account*, *cash trap*.
    """
    accounts, pools = state.accounts, state.pools
    for a in range(table.first_account[b], table.end_account[b]):
        if table.account_facility[a] == -1 or table.account_facility[a] == f:
            used, left = pay(accounts[a, RESERVE, k], maximum(0.0, due - paid))
            accounts[a, RESERVE, k] = left
            paid = paid + used
    used, left = pay(pools[b, TRAPPED, k], maximum(0.0, due - paid))
    pools[b, TRAPPED, k] = left
    return paid + used


@kernel
def draw_revolvers(
    table: WaterfallTable,
    state: WaterfallState,
    s: int,
    inflow: Inflow,
    triggers: Triggers,
    t: int,
    due: Number,
    paid: Number,
    k: int,
) -> Number:
    """Draw what the borrowing base allows to cover the rest of what step s owes; return what is paid by now.

    References
    ----------
    docs/glossary.md, *borrowing base*.
    """
    facilities, b, target = state.facilities, table.step_borrower[s], table.step_target[s]
    for r in range(table.first_facility[b], table.end_facility[b]):
        is_usable = table.kind[r] == REVOLVER and t < table.maturity[r]
        if is_usable and r != target:
            lent = table.base_advance[r, t] * inflow.orderly[b, k] + table.base_receivables[r] * inflow.revenue[b, k]
            lent = lent + table.base_coins[r] * state.pools[b, COINS, k]
            base = minimum(table.commitment[r], lent)
            in_arrears = state.pools[b, SHORTFALL, k] > CENT
            shut = either(either(triggers.defaulted[b, k] > 0.5, triggers.stop[b, k] > 0.5), in_arrears)
            room = where(shut, 0.0, maximum(0.0, base - facilities[r, BALANCE, k]))
            amount = minimum(room, maximum(0.0, due - paid))
            facilities[r, BALANCE, k] = facilities[r, BALANCE, k] + amount
            facilities[r, DRAWN, k] = facilities[r, DRAWN, k] + amount
            facilities[r, DRAW, k] = facilities[r, DRAW, k] + amount
            paid = paid + amount
    return paid


@kernel
def is_building(table: WaterfallTable, b: int, t: int) -> bool:
    """Say whether borrower b may still draw.

    References
    ----------
    Our own.
    """
    answer = False
    for f in range(table.first_facility[b], table.end_facility[b]):
        answer = answer or t <= table.draw_end[f]
    return answer


@kernel
def fund_construction(
    state: WaterfallState, b: int, backing: Backing, defaulted: Any, due: Number, paid: Number, k: int
) -> Number:
    """Let a living sponsor pay in what is due while draws are still open: financing costs are uses of funds.

    References
    ----------
    docs/glossary.md, *sources and uses*.
    """
    pays = both(backing.sponsor_alive[b, k] > 0.5, defaulted[b, k] < 0.5)
    amount = where(pays, maximum(0.0, due - paid), 0.0)
    state.pools[b, EQUITY, k] = state.pools[b, EQUITY, k] + amount
    return paid + amount


@kernel
def call_guarantor(state: WaterfallState, b: int, backing: Backing, due: Number, paid: Number, k: int) -> Number:
    """Call the guarantor for what is due and not paid, within its cap and liquidity, while it lives and is bound.

    References
    ----------
    docs/glossary.md, *guarantee*.
    """
    bound = both(backing.is_bound[b, k] > 0.5, backing.alive[b, k] > 0.5)
    most = where(bound, minimum(backing.liquidity[b, k], backing.cap[b, k]), 0.0)
    amount = minimum(most, maximum(0.0, due - paid))
    backing.liquidity[b, k] = backing.liquidity[b, k] - amount
    backing.cap[b, k] = backing.cap[b, k] - amount
    backing.called[b, k] = backing.called[b, k] + amount
    state.pools[b, SUPPORT, k] = state.pools[b, SUPPORT, k] + amount
    return paid + amount


@kernel
def book(table: WaterfallTable, state: WaterfallState, s: int, due: Number, paid: Number, k: int) -> None:
    """Book what step s paid against the claim it served.

    References
    ----------
    Our own.
    """
    facilities, f, op = state.facilities, table.step_target[s], table.step[s]
    if op == FEES:
        facilities[f, FEE_DUE, k] = facilities[f, FEE_DUE, k] - paid
        facilities[f, PAID_FEES, k] = facilities[f, PAID_FEES, k] + paid
    elif op == INTEREST:
        facilities[f, ACCRUED, k] = facilities[f, ACCRUED, k] - paid
        facilities[f, OVERDUE, k] = due - paid
        facilities[f, PAID_INTEREST, k] = facilities[f, PAID_INTEREST, k] + paid
    elif op in (PRINCIPAL, CURE_ADVANCE):
        balance = facilities[f, BALANCE, k] - paid
        facilities[f, BALANCE, k] = balance
        facilities[f, PAID_PRINCIPAL, k] = facilities[f, PAID_PRINCIPAL, k] + paid
        arrears = where(op == PRINCIPAL, due - paid, facilities[f, ARREARS, k])
        facilities[f, ARREARS, k] = minimum(arrears, balance)


@kernel
def collect(
    table: WaterfallTable, state: WaterfallState, s: int, inflow: Inflow, triggers: Triggers, backing: Backing, t: int
) -> None:
    """Pay what step s owes from cash, then its reserves, trapped cash, the revolver and the guarantor; book it.

    What creditors are left owed is a shortfall, and a default once its grace is over; running cost that the cash does
    not cover is carried forward and paid first next month.

    References
    ----------
    Our own; the order is fixed and documented in docs/glossary.md, *priority of payments*.
    """
    pools, flows, b, f, op = state.pools, state.flows, table.step_borrower[s], table.step_target[s], table.step[s]
    may_draw = is_building(table, b, t)
    for k in range(pools.shape[-1]):
        due = find_due(table, state, s, inflow, triggers.defaulted, t, k)
        paid, left = pay(pools[b, AVAILABLE, k], due)
        pools[b, AVAILABLE, k] = left
        if op != CURE_ADVANCE:
            paid = take_reserves(table, state, b, f, due, paid, k)
            paid = draw_revolvers(table, state, s, inflow, triggers, t, due, paid, k)
            if may_draw:
                paid = fund_construction(state, b, backing, triggers.defaulted, due, paid, k)
            if op != OPEX:
                is_balloon = op == PRINCIPAL and t >= table.maturity[f]
                owed = where(both(is_balloon, triggers.may_refinance[b, k] > 0.5), paid, due)
                paid = call_guarantor(state, b, backing, owed, paid, k)
        flows[s, FLOW, k] = paid
        if op == OPEX:
            pools[b, UNPAID_OPEX, k] = due - paid
        else:
            pools[b, SHORTFALL, k] = pools[b, SHORTFALL, k] + (due - paid)
        book(table, state, s, due, paid, k)


@kernel
def owed_by(table: WaterfallTable, state: WaterfallState, b: int, k: int) -> Number:
    """Total the debt of borrower b as it stands in the middle of the waterfall.

    References
    ----------
    Our own.
    """
    total = 0.0 * state.pools[b, DEBT, k]
    for f in range(table.first_facility[b], table.end_facility[b]):
        total = total + state.facilities[f, BALANCE, k] + state.facilities[f, ACCRUED, k]
    return total


@kernel
def is_payment_date(table: WaterfallTable, b: int, t: int) -> bool:
    """Say whether any facility of borrower b has a payment date in month t, or the last has matured.

    References
    ----------
    docs/glossary.md, *distribution*.
    """
    found, matured = False, True
    for f in range(table.first_facility[b], table.end_facility[b]):
        found = found or table.is_payment[f, t] == 1
        matured = matured and t >= table.maturity[f]
    return found or matured


@kernel
def spend(table: WaterfallTable, state: WaterfallState, s: int, triggers: Triggers, t: int) -> None:
    """Take a step that spends what is left: fill a reserve, sweep, trap or distribute.

    While debt is outstanding nothing is distributed between payment dates, under a trap or after default.

    References
    ----------
    docs/glossary.md, *sweep*, *cash trap*, *distribution*.
    """
    facilities, accounts, pools, flows = state.facilities, state.accounts, state.pools, state.flows
    op, target, b, share = table.step[s], table.step_target[s], table.step_borrower[s], table.step_share[s]
    is_unconditional, between_dates = table.step_when[s] != 1, not is_payment_date(table, b, t)
    for k in range(pools.shape[-1]):
        available, defaulted = pools[b, AVAILABLE, k], triggers.defaulted[b, k] > 0.5
        amount = 0.0 * available
        if op == FILL:
            amount = minimum(available, maximum(0.0, accounts[target, TARGET, k] - accounts[target, RESERVE, k]))
            amount = where(defaulted, 0.0, amount)
            accounts[target, RESERVE, k] = accounts[target, RESERVE, k] + amount
        elif op == SWEEP:
            takes = either(triggers.sweep[b, k] > 0.5, is_unconditional)
            amount = where(takes, minimum(share * available, facilities[target, BALANCE, k]), 0.0)
            facilities[target, BALANCE, k] = facilities[target, BALANCE, k] - amount
            facilities[target, PAID_PRINCIPAL, k] = facilities[target, PAID_PRINCIPAL, k] + amount
        elif op == DISTRIBUTE:
            owes = owed_by(table, state, b, k) > CENT
            waits = both(either(either(triggers.trap[b, k] > 0.5, defaulted), between_dates), owes)
            amount = where(waits, 0.0, available)
            pools[b, DISTRIBUTED, k] = pools[b, DISTRIBUTED, k] + amount
        else:
            traps = both(triggers.trap[b, k] > 0.5, owed_by(table, state, b, k) > CENT)
            amount = where(traps, available, 0.0)
            pools[b, TRAPPED, k] = pools[b, TRAPPED, k] + amount
        pools[b, AVAILABLE, k] = available - amount
        flows[s, FLOW, k] = amount


@kernel
def add_dues(table: WaterfallTable, state: WaterfallState, inflow: Inflow, defaulted: Any, t: int) -> None:
    """Write what running cost and creditors ask for this month: what treasuries must find beyond cash.

    References
    ----------
    `find_due`; over-advances, reserves and sweeps are not counted: they take what is left.
    """
    pools = state.pools
    for b in range(pools.shape[0]):
        for k in range(pools.shape[-1]):
            pools[b, DUES, k] = 0.0
    for s in range(table.step.shape[0]):
        b = table.step_borrower[s]
        if table.step[s] <= PRINCIPAL:
            for k in range(pools.shape[-1]):
                due = find_due(table, state, s, inflow, defaulted, t, k)
                pools[b, DUES, k] = pools[b, DUES, k] + due


@kernel
def add_debt(table: WaterfallTable, state: WaterfallState, debt: Any) -> None:
    """Write the borrowers' debt as it stands in the middle of the waterfall.

    References
    ----------
    Our own.
    """
    for b in range(debt.shape[0]):
        for k in range(debt.shape[-1]):
            debt[b, k] = 0.0
    for f in range(table.commitment.shape[0]):
        b = table.facility_borrower[f]
        for k in range(debt.shape[-1]):
            debt[b, k] = debt[b, k] + state.facilities[f, BALANCE, k] + state.facilities[f, ACCRUED, k]


@kernel
def run(
    table: WaterfallTable, state: WaterfallState, inflow: Inflow, triggers: Triggers, backing: Backing, t: int
) -> None:
    """Run the priority of payments of every borrower for month t.

    References
    ----------
    The functions above.
    """
    for s in range(table.step.shape[0]):
        op = table.step[s]
        if op <= PRINCIPAL or op == CURE_ADVANCE:
            collect(table, state, s, inflow, triggers, backing, t)
        else:
            spend(table, state, s, triggers, t)

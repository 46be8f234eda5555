"""The priority of payments as a program: named steps, dispatched outside the lanes."""

from typing import Any

from halflife.foundation.backend import both, either, kernel, maximum, minimum, where
from halflife.waterfall.kernel import CENT, measure_base, pay
from halflife.waterfall.state import (
    ACCRUED,
    ARREARS,
    AVAILABLE,
    BALANCE,
    DISTRIBUTED,
    DRAW,
    DRAWN,
    DUE,
    EQUITY,
    FEE_DUE,
    FLOW,
    OUTSTANDING,
    OVER_ADVANCE,
    PAID,
    PAID_FEES,
    PAID_INTEREST,
    PAID_PRINCIPAL,
    RESERVE,
    SHORTFALL,
    SUPPORT,
    TARGET,
    TRAPPED,
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
    table: WaterfallTable, state: WaterfallState, s: int, inflow: Inflow, defaulted: Any, t: int
) -> None:
    """Write what step s owes this month into the borrower's DUE.

    After acceleration interest and the whole balance are due; at maturity too.

    References
    ----------
    docs/glossary.md, *acceleration*.
    """
    facilities, pools, f, op, b = (
        state.facilities, state.pools, table.step_target[s], table.step[s], table.step_borrower[s])
    if op == OPEX:
        for k in range(pools.shape[-1]):
            pools[b, DUE, k] = 1.0 * inflow.opex[b, k]
    elif op == FEES:
        for k in range(pools.shape[-1]):
            pools[b, DUE, k] = 1.0 * facilities[f, FEE_DUE, k]
    elif op == INTEREST:
        is_date = 1.0 if table.is_payment[f, t] == 1 or t >= table.maturity[f] else 0.0
        for k in range(pools.shape[-1]):
            calls = either(defaulted[b, k] > 0.5, is_date > 0.5)
            pools[b, DUE, k] = where(calls, facilities[f, ACCRUED, k], 0.0)
    elif op == PRINCIPAL:
        instalment, has_matured = table.instalment[f, t], 1.0 if t >= table.maturity[f] else 0.0
        for k in range(pools.shape[-1]):
            balance = facilities[f, BALANCE, k]
            scheduled = minimum(balance, instalment * facilities[f, DRAWN, k] + facilities[f, ARREARS, k])
            calls = either(defaulted[b, k] > 0.5, has_matured > 0.5)
            pools[b, DUE, k] = where(calls, balance, scheduled)
    else:
        measure_base(table, state, f, inflow, t)
        for k in range(pools.shape[-1]):
            pools[b, DUE, k] = where(defaulted[b, k] > 0.5, 0.0, pools[b, OVER_ADVANCE, k])


@kernel
def draw_revolvers(
    table: WaterfallTable, state: WaterfallState, s: int, inflow: Inflow, triggers: Triggers, t: int
) -> None:
    """Draw what the borrowing base allows to cover the rest of what step s owes.

    References
    ----------
    docs/glossary.md, *borrowing base*.
    """
    facilities, pools, b, target = state.facilities, state.pools, table.step_borrower[s], table.step_target[s]
    for r in range(table.commitment.shape[0]):
        is_usable = table.kind[r] == REVOLVER and table.facility_borrower[r] == b and t < table.maturity[r]
        if is_usable and r != target:
            commitment, advance, receivables = (
                table.commitment[r], table.base_advance[r, t], table.base_receivables[r])
            for k in range(pools.shape[-1]):
                base = minimum(commitment, advance * inflow.orderly[b, k] + receivables * inflow.revenue[b, k])
                shut = either(triggers.defaulted[b, k] > 0.5, triggers.stop[b, k] > 0.5)
                room = where(shut, 0.0, maximum(0.0, base - facilities[r, BALANCE, k]))
                amount = minimum(room, maximum(0.0, pools[b, DUE, k] - pools[b, PAID, k]))
                facilities[r, BALANCE, k] = facilities[r, BALANCE, k] + amount
                facilities[r, DRAWN, k] = facilities[r, DRAWN, k] + amount
                facilities[r, DRAW, k] = facilities[r, DRAW, k] + amount
                pools[b, PAID, k] = pools[b, PAID, k] + amount


@kernel
def call_guarantor(state: WaterfallState, b: int, backing: Backing) -> None:
    """Call the guarantor for the rest, within its cap and liquidity, while it lives and is bound.

    References
    ----------
    docs/glossary.md, *guarantee*.
    """
    pools = state.pools
    for k in range(pools.shape[-1]):
        bound = both(backing.is_bound[b, k] > 0.5, backing.alive[b, k] > 0.5)
        most = where(bound, minimum(backing.liquidity[b, k], backing.cap[b, k]), 0.0)
        amount = minimum(most, maximum(0.0, pools[b, DUE, k] - pools[b, PAID, k]))
        backing.liquidity[b, k] = backing.liquidity[b, k] - amount
        backing.cap[b, k] = backing.cap[b, k] - amount
        backing.called[b, k] = backing.called[b, k] + amount
        pools[b, SUPPORT, k] = pools[b, SUPPORT, k] + amount
        pools[b, PAID, k] = pools[b, PAID, k] + amount


@kernel
def fund_construction(
    table: WaterfallTable, state: WaterfallState, b: int, backing: Backing, defaulted: Any, t: int
) -> None:
    """Let a living sponsor pay in what is due while draws are still open: financing costs are uses of funds.

    References
    ----------
    docs/glossary.md, *sources and uses*.
    """
    pools, is_open = state.pools, 0.0
    for f in range(table.commitment.shape[0]):
        if table.facility_borrower[f] == b and t <= table.draw_end[f]:
            is_open = 1.0
    if is_open > 0.0:
        for k in range(pools.shape[-1]):
            pays = both(backing.sponsor_alive[b, k] > 0.5, defaulted[b, k] < 0.5)
            amount = where(pays, maximum(0.0, pools[b, DUE, k] - pools[b, PAID, k]), 0.0)
            pools[b, EQUITY, k] = pools[b, EQUITY, k] + amount
            pools[b, PAID, k] = pools[b, PAID, k] + amount


@kernel
def collect(
    table: WaterfallTable, state: WaterfallState, s: int, inflow: Inflow, triggers: Triggers, backing: Backing, t: int
) -> None:
    """Pay what step s owes from cash, then its reserves, trapped cash, the revolver and the guarantor.

    References
    ----------
    Our own; the order is fixed and documented in docs/glossary.md, *priority of payments*.
    """
    accounts, pools, flows = state.accounts, state.pools, state.flows
    b, f, op = table.step_borrower[s], table.step_target[s], table.step[s]
    for k in range(pools.shape[-1]):
        paid, left = pay(pools[b, AVAILABLE, k], pools[b, DUE, k])
        pools[b, PAID, k] = paid
        pools[b, AVAILABLE, k] = left
    if op != CURE_ADVANCE:
        for a in range(table.opening_reserve.shape[0]):
            serves = table.account_facility[a] == -1 or table.account_facility[a] == f
            if table.account_borrower[a] == b and serves:
                for k in range(pools.shape[-1]):
                    used, left = pay(accounts[a, RESERVE, k], maximum(0.0, pools[b, DUE, k] - pools[b, PAID, k]))
                    accounts[a, RESERVE, k] = left
                    pools[b, PAID, k] = pools[b, PAID, k] + used
        for k in range(pools.shape[-1]):
            used, left = pay(pools[b, TRAPPED, k], maximum(0.0, pools[b, DUE, k] - pools[b, PAID, k]))
            pools[b, TRAPPED, k] = left
            pools[b, PAID, k] = pools[b, PAID, k] + used
        draw_revolvers(table, state, s, inflow, triggers, t)
        fund_construction(table, state, b, backing, triggers.defaulted, t)
        if op != OPEX:
            call_guarantor(state, b, backing)
    for k in range(pools.shape[-1]):
        flows[s, FLOW, k] = 1.0 * pools[b, PAID, k]
        pools[b, SHORTFALL, k] = pools[b, SHORTFALL, k] + (pools[b, DUE, k] - pools[b, PAID, k])


@kernel
def book(table: WaterfallTable, state: WaterfallState, s: int) -> None:
    """Book what step s paid against the claim it served.

    References
    ----------
    Our own.
    """
    facilities, pools, f, op, b = (
        state.facilities, state.pools, table.step_target[s], table.step[s], table.step_borrower[s])
    if op == FEES:
        for k in range(pools.shape[-1]):
            facilities[f, FEE_DUE, k] = facilities[f, FEE_DUE, k] - pools[b, PAID, k]
            facilities[f, PAID_FEES, k] = facilities[f, PAID_FEES, k] + pools[b, PAID, k]
    elif op == INTEREST:
        for k in range(pools.shape[-1]):
            facilities[f, ACCRUED, k] = facilities[f, ACCRUED, k] - pools[b, PAID, k]
            facilities[f, PAID_INTEREST, k] = facilities[f, PAID_INTEREST, k] + pools[b, PAID, k]
    elif op == PRINCIPAL or op == CURE_ADVANCE:
        is_scheduled = 1.0 if op == PRINCIPAL else 0.0
        for k in range(pools.shape[-1]):
            paid = pools[b, PAID, k]
            facilities[f, BALANCE, k] = facilities[f, BALANCE, k] - paid
            facilities[f, PAID_PRINCIPAL, k] = facilities[f, PAID_PRINCIPAL, k] + paid
            arrears = where(is_scheduled > 0.5, pools[b, DUE, k] - paid, facilities[f, ARREARS, k])
            facilities[f, ARREARS, k] = minimum(arrears, facilities[f, BALANCE, k])


@kernel
def spend(table: WaterfallTable, state: WaterfallState, s: int, triggers: Triggers, debt: Any) -> None:
    """Take a step that spends what is left: fill a reserve, sweep, trap or distribute.

    Parameters
    ----------
    debt : [borrower, lane], USD outstanding: it stands in the way of a distribution after default

    References
    ----------
    docs/glossary.md, *sweep*, *cash trap*, *distribution*.
    """
    facilities, accounts, pools, flows = state.facilities, state.accounts, state.pools, state.flows
    op, target, b, share = table.step[s], table.step_target[s], table.step_borrower[s], table.step_share[s]
    is_conditional = 1.0 if table.step_when[s] == 1 else 0.0
    for k in range(pools.shape[-1]):
        available, defaulted = pools[b, AVAILABLE, k], triggers.defaulted[b, k] > 0.5
        amount = 0.0 * available
        if op == FILL:
            amount = minimum(available, maximum(0.0, accounts[target, TARGET, k] - accounts[target, RESERVE, k]))
            amount = where(defaulted, 0.0, amount)
            accounts[target, RESERVE, k] = accounts[target, RESERVE, k] + amount
        elif op == SWEEP:
            takes = either(triggers.sweep[b, k] > 0.5, is_conditional < 0.5)
            amount = where(takes, minimum(share * available, facilities[target, BALANCE, k]), 0.0)
            facilities[target, BALANCE, k] = facilities[target, BALANCE, k] - amount
            facilities[target, PAID_PRINCIPAL, k] = facilities[target, PAID_PRINCIPAL, k] + amount
        elif op == DISTRIBUTE:
            waits = both(either(triggers.trap[b, k] > 0.5, defaulted), debt[b, k] > CENT)
            amount = where(waits, 0.0, available)
            pools[b, DISTRIBUTED, k] = pools[b, DISTRIBUTED, k] + amount
        else:
            traps = both(triggers.trap[b, k] > 0.5, debt[b, k] > CENT)
            amount = where(traps, available, 0.0)
            pools[b, TRAPPED, k] = pools[b, TRAPPED, k] + amount
        pools[b, AVAILABLE, k] = available - amount
        flows[s, FLOW, k] = amount


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
    debt = state.pools[:, OUTSTANDING]
    for s in range(table.step.shape[0]):
        op = table.step[s]
        if op <= PRINCIPAL or op == CURE_ADVANCE:
            find_due(table, state, s, inflow, triggers.defaulted, t)
            collect(table, state, s, inflow, triggers, backing, t)
            book(table, state, s)
        else:
            add_debt(table, state, debt)
            spend(table, state, s, triggers, debt)

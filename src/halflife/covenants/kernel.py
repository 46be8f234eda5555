"""Covenant tests: ratios over a look-back, breaches, grace, consequences."""

from typing import Any

from halflife.covenants.state import (
    CFADS_FLOW,
    CONTRACTED_FLOW,
    DEFAULT_FLAG,
    DSCR_VALUE,
    EXPECTED_FLOW,
    FIRST_BREACH,
    IS_BREACH,
    LASTING,
    LEAST_DSCR,
    RING,
    SERVICE_FLOW,
    STOP_FLAG,
    SWEEP_FLAG,
    TRAP_FLAG,
    UNTESTED,
    VALUE,
    CovenantState,
    Position,
)
from halflife.covenants.table import (
    COVERAGE,
    DSCR,
    LOAN_TO_COST,
    LTV_APPRAISED,
    LTV_ORDERLY,
    LTV_PAPER,
    REALISATION,
    STOP_DRAWS,
    SWEEP,
    TRAP,
    CovenantTable,
)
from halflife.foundation.backend import Number, both, kernel, minimum, where

CENT = 0.01
"""Debt below a cent is no debt."""


@kernel
def start(state: CovenantState) -> None:
    """Begin with no breach and no history.

    References
    ----------
    Our own.
    """
    for b in range(state.triggers.shape[0]):
        for k in range(state.triggers.shape[-1]):
            state.triggers[b, LEAST_DSCR, k] = UNTESTED
            state.triggers[b, DSCR_VALUE, k] = UNTESTED


@kernel
def ratio(above: Number, below: Number) -> Number:
    """Divide, or say `UNTESTED` where there is nothing to divide by.

    References
    ----------
    Our own.
    """
    return where(below > CENT, above / where(below > CENT, below, 1.0), UNTESTED)


@kernel
def remember(history: Any, flow: int, amount: Any, t: int) -> None:
    """Add the month's flow ``[borrower, lane]`` to its cumulative sum and keep the sum.

    References
    ----------
    Our own: look-backs are differences of cumulative sums.
    """
    first = flow * (RING + 1)
    slot = first + 1 + t % RING
    for b in range(history.shape[0]):
        for k in range(history.shape[-1]):
            total = history[b, first, k] + amount[b, k]
            history[b, first, k] = total
            history[b, slot, k] = total


@kernel
def divide_flows(state: CovenantState, b: int, flows: tuple[int, int], months: int, out: Any, t: int) -> None:
    """Write one flow over another, both summed over the last `months`, into ``out[lane]``.

    References
    ----------
    docs/glossary.md, *dscr*.
    """
    above, below = flows[0] * (RING + 1), flows[1] * (RING + 1)
    slot, history = 1 + (t - months) % RING, state.history
    for k in range(history.shape[-1]):
        numerator = history[b, above, k] - history[b, above + slot, k]
        out[k] = ratio(numerator, history[b, below, k] - history[b, below + slot, k])


@kernel
def divide_balances(above: Any, below: Any, out: Any) -> None:
    """Write ``above[lane] / below[lane]`` into ``out[lane]``.

    References
    ----------
    docs/glossary.md, *ltv*.
    """
    for k in range(out.shape[-1]):
        out[k] = ratio(above[k], below[k])


@kernel
def evaluate(table: CovenantTable, state: CovenantState, v: int, position: Position, t: int) -> None:
    """Compute the ratio that covenant v tests.

    References
    ----------
    docs/glossary.md, each ratio by name.
    """
    b, test, months = table.borrower[v], table.test[v], table.look_back[v]
    out = state.tests[v, VALUE]
    if test == DSCR:
        divide_flows(state, b, (CFADS_FLOW, SERVICE_FLOW), months, out, t)
    elif test == REALISATION:
        divide_flows(state, b, (CONTRACTED_FLOW, EXPECTED_FLOW), months, out, t)
    elif test == LTV_PAPER:
        divide_balances(position.debt[b], position.paper[b], out)
    elif test == LTV_APPRAISED:
        divide_balances(position.debt[b], position.appraised[b], out)
    elif test == LTV_ORDERLY:
        divide_balances(position.debt[b], position.orderly[b], out)
    elif test == LOAN_TO_COST:
        divide_balances(position.debt[b], position.cost[b], out)
    elif test == COVERAGE:
        divide_balances(position.remaining[b], position.debt[b], out)
    else:
        for k in range(out.shape[-1]):
            out[k] = 1.0 * position.liquidity[b, k]


@kernel
def judge(table: CovenantTable, state: CovenantState, v: int, debt: Any, t: int) -> None:
    """Compare the ratio with its threshold on a test date; between dates the last verdict stands.

    References
    ----------
    Our own: `LASTING` counts months since the breach, and the consequence follows once it exceeds the grace.
    """
    tests, triggers, b, test = state.tests, state.triggers, table.borrower[v], table.test[v]
    threshold, is_date = table.threshold[v, t], 1.0 if table.is_tested[v, t] == 1 else 0.0
    is_ceiling = test in (LTV_PAPER, LTV_APPRAISED, LTV_ORDERLY, LOAN_TO_COST)
    sign, grace, consequence = -1.0 if is_ceiling else 1.0, table.grace[v], table.consequence[v]
    flag = DEFAULT_FLAG
    if consequence == TRAP:
        flag = TRAP_FLAG
    elif consequence == SWEEP:
        flag = SWEEP_FLAG
    elif consequence == STOP_DRAWS:
        flag = STOP_FLAG
    for k in range(tests.shape[-1]):
        fails = both(sign * tests[v, VALUE, k] < sign * threshold, debt[b, k] > CENT)
        stands = where(is_date > 0.5, where(fails, 1.0, 0.0), tests[v, IS_BREACH, k])
        lasting = where(stands > 0.5, tests[v, LASTING, k] + 1.0, 0.0)
        first = tests[v, FIRST_BREACH, k]
        tests[v, IS_BREACH, k] = stands
        tests[v, LASTING, k] = lasting
        tests[v, FIRST_BREACH, k] = where(both(first < 0.5, stands > 0.5), 1.0 * t, first)
        triggers[b, flag, k] = where(lasting > grace, 1.0, triggers[b, flag, k])


@kernel
def step(table: CovenantTable, state: CovenantState, position: Position, t: int) -> None:
    """Take the month's tests and set the triggers.

    References
    ----------
    The functions above.
    """
    history, triggers = state.history, state.triggers
    remember(history, CFADS_FLOW, position.cfads, t)
    remember(history, SERVICE_FLOW, position.service, t)
    remember(history, CONTRACTED_FLOW, position.contracted, t)
    remember(history, EXPECTED_FLOW, position.expected, t)
    for b in range(triggers.shape[0]):
        divide_flows(state, b, (CFADS_FLOW, SERVICE_FLOW), table.reported_look_back[b], triggers[b, DSCR_VALUE], t)
        reported = 1.0 if t >= table.reported_from[b] else 0.0
        for k in range(triggers.shape[-1]):
            dscr, least = where(reported > 0.5, triggers[b, DSCR_VALUE, k], UNTESTED), triggers[b, LEAST_DSCR, k]
            triggers[b, DSCR_VALUE, k] = dscr
            triggers[b, LEAST_DSCR, k] = where(position.debt[b, k] > CENT, minimum(least, dscr), least)
            triggers[b, TRAP_FLAG, k] = 0.0
            triggers[b, SWEEP_FLAG, k] = 0.0
            triggers[b, DEFAULT_FLAG, k] = 0.0
            triggers[b, STOP_FLAG, k] = 0.0
    for v in range(table.test.shape[0]):
        evaluate(table, state, v, position, t)
        judge(table, state, v, position.debt, t)

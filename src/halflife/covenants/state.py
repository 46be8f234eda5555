"""What the tests remember: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# tests[covenant, ...]
VALUE, IS_BREACH, LASTING, FIRST_BREACH = range(4)
TEST_FIELDS = 4
# triggers[borrower, ...]
TRAP_FLAG, SWEEP_FLAG, DEFAULT_FLAG, STOP_FLAG, DSCR_VALUE, LEAST_DSCR = range(6)
TRIGGER_FIELDS = 6
RING = 13
"""Months of cumulative flows kept: twelve of look-back and the present one."""
# history[borrower, flow * (RING + 1) + ...]: the cumulative flow, then its last RING month-ends
CFADS_FLOW, SERVICE_FLOW, CONTRACTED_FLOW, EXPECTED_FLOW = range(4)
HISTORY_FIELDS = 4 * (RING + 1)
UNTESTED = 99.0
"""Value of a ratio whose denominator is zero."""


class CovenantState(NamedTuple):
    """Tests, triggers and the flows they look back on.

    tests : VALUE of the ratio, IS_BREACH flag, LASTING months in breach, FIRST_BREACH month (0: none yet)
    triggers : flags of uncured consequences; DSCR_VALUE as reported, LEAST_DSCR so far
    history : cumulative USD of CFADS, scheduled service, contract revenue received and promised
    """

    tests: Any
    triggers: Any
    history: Any


class Position(NamedTuple):
    """What the tests look at: ``[borrower, lane]`` views, USD.

    cfads, service, contracted, expected : flows of the month
    debt, paper, appraised, orderly, cost, remaining, liquidity : balances at its end
    """

    cfads: Any
    service: Any
    contracted: Any
    expected: Any
    debt: Any
    paper: Any
    appraised: Any
    orderly: Any
    cost: Any
    remaining: Any
    liquidity: Any

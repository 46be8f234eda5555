"""What moves between borrowers: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# lenders[lender, ...]
LOAN_LOSS, CLAIM_LOSS, PAYS, RATIO, IS_WEAK, FAILED, ASSETS_LEFT = range(7)
LENDER_FIELDS = 7
# capacity[machine, ...]
IDLE, SHIFT, MARKED = range(3)
CAPACITY_FIELDS = 3
# exposures[facility, ...]
LOSS, AVAILABLE = range(2)
EXPOSURE_FIELDS = 2
# links[borrower, ...]
CROSSED, GAP, JUNIOR_DEBT = range(3)
LINK_FIELDS = 3
# system[0, ...]
RECENT, TOTAL, IS_OPEN, BEFORE = range(4)
SYSTEM_FIELDS = 4


class ContagionState(NamedTuple):
    """What one month hands to the next.

    lenders : LOAN_LOSS and CLAIM_LOSS so far, USD; PAYS, the share of its debt a lender pays; RATIO of capital to
        assets; IS_WEAK flag; FAILED month (0: none); ASSETS_LEFT, USD after all losses
    capacity : IDLE machines whose contract failed; SHIFT, log fall of the rent; MARKED, price share under pressure
    exposures : LOSS recognised so far, USD; AVAILABLE share of a draw that lenders still fund
    links : CROSSED flag of a cross-default; GAP between debt and what the collateral would fetch, USD;
        JUNIOR_DEBT of it, USD
    system : RECENT losses and TOTAL loss recognised, USD (BEFORE: last month's); IS_OPEN flag of the refinancing market
    """

    lenders: Any
    capacity: Any
    exposures: Any
    links: Any
    system: Any


class Distress(NamedTuple):
    """What the borrowers' month looks like from outside: ``[borrower, lane]`` and ``[facility, lane]`` views.

    defaulted : flag;  debt, forced : USD owed, and what a forced sale of the collateral would bring
    balance, accrued : USD of each facility
    """

    defaulted: Any
    debt: Any
    forced: Any
    balance: Any
    accrued: Any


class Capacity(NamedTuple):
    """Contracts and what has been delivered.

    is_live : [contract, lane], flag;  delivered : [fleet, lane], share
    """

    is_live: Any
    delivered: Any

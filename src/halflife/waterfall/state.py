"""What moves in the debt: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# facilities[facility, ...]
(
    BALANCE,
    DRAWN,
    CAPEX_DRAWN,
    ACCRUED,
    FEE_DUE,
    INTEREST,
    SCHEDULED,
    RATE,
    ARREARS,
    DRAW,
    PAID_INTEREST,
    PAID_PRINCIPAL,
    PAID_FEES,
    REFINANCED,
    OVERDUE,
    RETURNED,
    SETTLED,
    BACKED,
) = range(18)
FACILITY_FIELDS = 18
# accounts[account, ...]
RESERVE, TARGET = range(2)
ACCOUNT_FIELDS = 2
# pools[borrower, ...]
(
    CASH,
    AVAILABLE,
    TRAPPED,
    SPENT_SO_FAR,
    EQUITY,
    DISTRIBUTED,
    SHORTFALL,
    SUPPORT,
    DEBT,
    SERVICE,
    MATURED,
    LIQUIDITY,
    IS_STOPPED,
    IS_REFUSED,
    OUTSTANDING,
    PROCEEDS,
    FIRST_SHORT,
    OWED,
    UNPAID_OPEX,
    TREASURY,
    COINS,
    DUES,
) = range(22)
POOL_FIELDS = 22
# flows[step, 0, lane]
FLOW = 0


class WaterfallState(NamedTuple):
    """Balances and the month's payments, USD.

    facilities : BALANCE; DRAWN so far (capitalised interest included) and CAPEX_DRAWN; ACCRUED interest and FEE_DUE
        not yet paid; INTEREST of the month; SCHEDULED service of the month; RATE 1/yr; ARREARS of principal;
        DRAW, PAID_INTEREST, PAID_PRINCIPAL, PAID_FEES and REFINANCED this month;
        OVERDUE interest, due at once and bearing interest; at the end of a lease RETURNED orderly value of the machines
        that went back, SETTLED balance that ended with them, BACKED paid to the lessor by another party than the lessee
    accounts : RESERVE held and TARGET
    pools : CASH kept, AVAILABLE in the waterfall, TRAPPED; EQUITY paid in and DISTRIBUTED this month;
        SHORTFALL of what was due; SUPPORT by the guarantor; totals DEBT, SERVICE, MATURED, LIQUIDITY;
        IS_STOPPED (deliveries) and IS_REFUSED (draws) flags;
        OUTSTANDING debt in the middle of the month; PROCEEDS of seized machines;
        FIRST_SHORT month in which something due was first left unpaid (0: none yet); OWED debt as the month began;
        UNPAID_OPEX running cost carried forward; TREASURY net cash from coins and new shares, COINS value of free coins
        and DUES what creditors and running cost ask for this month (all three 0 without a treasury)
    flows : paid by each step of the program this month
    """

    facilities: Any
    accounts: Any
    pools: Any
    flows: Any


class Inflow(NamedTuple):
    """What comes into the waterfall: ``[borrower, lane]`` views, USD of the month; paper and orderly are values."""

    revenue: Any
    opex: Any
    proceeds: Any
    paper: Any
    orderly: Any


class Triggers(NamedTuple):
    """What the documents say this month: ``[borrower, lane]`` flags."""

    trap: Any
    sweep: Any
    stop: Any
    defaulted: Any
    may_refinance: Any


class Backing(NamedTuple):
    """The guarantor and sponsor behind each borrower.

    ``[borrower, lane]`` views of its liquidity, cap, bond and calls;
    alive and sponsor_alive are flags
    """

    liquidity: Any
    cap: Any
    is_bound: Any
    called: Any
    alive: Any
    sponsor_alive: Any

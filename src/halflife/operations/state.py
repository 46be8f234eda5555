"""What moves in the business: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# fleets[fleet, ...]
DELAY, CLOCK, SHARE, CAPEX, HELD, DUE_SHARE, AGE, BOOK, FILLED = range(9)
FLEET_FIELDS = 9
# contracts[contract, ...]
IS_LIVE, DOWNTIME, REPRICED, BARGAINS, IN_TERM, RELEASED, AHEAD, LEANING, RENTED = range(9)
CONTRACT_FIELDS = 9
# businesses[borrower, ...]
(
    REVENUE,
    CONTRACTED,
    OPEX,
    CFADS,
    SPENT,
    REMAINING,
    OPERATOR,
    IDLE,
    COST,
    TRAP_LEFT,
    LOST_CUSTOMER,
    EXPECTED,
    BACKED,
    LIFE,
    MINED,
) = range(15)
BUSINESS_FIELDS = 15


class OperationsState(NamedTuple):
    """Fleets, contracts and the cash they make.

    fleets : DELAY months, CLOCK delivery month on the undelayed schedule, SHARE delivered, CAPEX USD this month,
        HELD share of the delivered machines not yet sold; read from the schedule at CLOCK: DUE_SHARE due,
        AGE months, BOOK value share; FILLED share of what was due that came (below 1 after a stop)
    contracts : IS_LIVE flag, DOWNTIME months left after a break, REPRICED multiple of the price,
        BARGAINS flag (this customer would use its option); read from the schedule at CLOCK: IN_TERM and
        RELEASED shares, AHEAD USD of contracted revenue; LEANING share of the released machines that earn the
        backstop this month, RENTED machines the vendor rents
    businesses : REVENUE, CONTRACTED (received under contracts), EXPECTED (promised by contracts), OPEX, CFADS,
        SPENT on machines, all USD this month; REMAINING USD of contracted revenue; OPERATOR 0 in place,
        1 replaced, 2 lost; IDLE months left without operator; COST share added to upkeep;
        TRAP_LEFT months of cash trap; LOST_CUSTOMER flag; BACKED USD of the revenue from vendors' backstops;
        LIFE USD, expected CFADS to the last senior maturity, discounted (written on fan dates);
        MINED USD of the revenue that rigs mine for their owner this month
    """

    fleets: Any
    contracts: Any
    businesses: Any


class Prices(NamedTuple):
    """What the market tells the business this month.

    rent : posted USD per machine-hour, ``[machine, lane]``;  power : USD/kWh, ``[lane]``
    first_power : USD/kWh at month 0;  realisation : [machine], share of the posted rent that open-market hours realise
    """

    rent: Any
    power: Any
    first_power: float
    realisation: Any

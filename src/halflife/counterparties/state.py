"""What moves among the counterparties: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# parties[party, ...]
ALIVE, HAZARD, THRESHOLD, CASH, STRESS, FAILED = range(6)
PARTY_FIELDS = 6
# guarantees[borrower, ...]
LIQUIDITY, CAP, IS_BOUND, CALLED, BACKER_ALIVE, SPONSOR_ALIVE = range(6)
GUARANTEE_FIELDS = 6
# weights[0, 0, lane]
WEIGHT = 0


class PartiesState(NamedTuple):
    """Who is alive.

    parties : ALIVE flag, HAZARD cumulative, THRESHOLD of the cumulative hazard at which the party fails,
        CASH USD (venture), STRESS intensity multiple, FAILED month of default (0 while alive)
    guarantees : LIQUIDITY and CAP left in USD, IS_BOUND flag, CALLED USD this month,
        BACKER_ALIVE and SPONSOR_ALIVE flags (1 without one)
    weights : likelihood ratio of the path under the sampling law of the thresholds
    """

    parties: Any
    guarantees: Any
    weights: Any

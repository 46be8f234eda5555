"""What the machines are worth this month: arrays ``[entity, field, lane]``; nothing is carried over."""

from typing import Any, NamedTuple

# worth[fleet, ...]
UNIT, IS_ANNOUNCED, CELL, DOWN, ACROSS, COSTS, CORNER = range(7)
WORTH_FIELDS = 10
# values[borrower, ...]
PAPER, APPRAISED, ORDERLY, FORCED, COST = range(5)
VALUE_FIELDS = 5


class CollateralState(NamedTuple):
    """Values of the month.

    worth : UNIT appraised USD per machine, IS_ANNOUNCED flag of a successor; CELL of the value table, weights DOWN and
        ACROSS of the next row and column, COSTS over their month-0 level, and the four values from CORNER on
    values : PAPER, APPRAISED, ORDERLY and FORCED value and COST of the machines held, USD
    """

    worth: Any
    values: Any


class Cycle(NamedTuple):
    """What the market tells the appraiser: ``[lane]`` and ``[machine, lane]`` views.

    regime : 0 glut, 1 shortage;  power : USD/kWh;  deviation, drop : log;  phase : launch stages passed
    """

    regime: Any
    power: Any
    deviation: Any
    drop: Any
    phase: Any


class Stock(NamedTuple):
    """What the business tells the appraiser: ``[fleet, lane]`` views and the fleets' own tables.

    age : months, mean of the delivered machines;  book : paper value, share of cost;  share : delivered
    held : not yet sold
    """

    age: Any
    book: Any
    share: Any
    held: Any

"""Resale markets and enforcement as arrays."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit

SALE, STEP_IN = 0, 1


class LiquidationTable(NamedTuple):
    """Resale markets by machine, enforcement by borrower."""

    depth: Annotated[Floats, Axes("machine"), Unit("machines per month")]
    depth_after: Annotated[Floats, Axes("machine"), Unit("share of depth after a successor's announcement")]
    fading: Annotated[Floats, Axes("machine"), Unit("share of price pressure that stays each month")]
    absorption: Annotated[Floats, Axes("machine"), Unit("machines per month")]
    floor: Annotated[Floats, Axes("machine"), Unit("share of appraised value")]
    forced_calm: Annotated[Floats, Axes("fleet"), Unit("average price share if the whole fleet is sold under force")]
    forced_announced: Annotated[Floats, Axes("fleet"), Unit("the same once a successor has been announced")]
    policy: Annotated[Ints, Axes("borrower"), Unit("SALE or STEP_IN")]
    seize: Annotated[Floats, Axes("borrower"), Unit("months from acceleration to the first sale")]
    step_in: Annotated[Floats, Axes("borrower"), Unit("months of operation for the lenders")]
    sale_cost: Annotated[Floats, Axes("borrower"), Unit("share of price")]
    unit_cost: Annotated[Floats, Axes("borrower"), Unit("USD per machine sold")]

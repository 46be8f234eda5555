"""Resale markets and enforcement as arrays."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit

SALE, STEP_IN, GOING_CONCERN = 0, 1, 2


class LiquidationTable(NamedTuple):
    """Resale markets by machine, sales by fleet, enforcement by borrower.

    A *seller* is a borrower with machines of one type: fleets of one seller share one market.  `impact` says how much
    of what others sell a seller feels: 0 markets of their own, 1 one market for all.
    """

    impact: Annotated[Floats, Axes("machine"), Unit("share of others' offers and pressure that is felt")]
    is_marked: Annotated[Ints, Axes("machine"), Unit("flag: somebody's values follow the pressure on this market")]
    heard: Annotated[Floats, Axes("seller"), Unit("flag: others feel its sales")]
    backstop_price: Annotated[Floats, Axes("economy"), Unit("share of appraised value a last buyer pays, 0 without")]
    backstop_size: Annotated[Floats, Axes("economy"), Unit("USD it can spend")]
    depth: Annotated[Floats, Axes("machine"), Unit("machines per month")]
    depth_after: Annotated[Floats, Axes("machine"), Unit("share of depth after a successor's announcement")]
    depth_fall: Annotated[Floats, Axes("machine"), Unit("log depth per month of age")]
    fading: Annotated[Floats, Axes("machine"), Unit("share of price pressure that stays each month")]
    absorption: Annotated[Floats, Axes("machine"), Unit("machines per month")]
    floor: Annotated[Floats, Axes("machine"), Unit("share of appraised value")]
    lot: Annotated[Floats, Axes("machine"), Unit("machines in a unit of sale")]
    whole: Annotated[Floats, Axes("machine"), Unit("share of value left when a unit of sale leaves its site")]
    seller: Annotated[Ints, Axes("fleet"), Unit("position in seller")]
    seller_machine: Annotated[Ints, Axes("seller"), Unit("position in machine")]
    forced_calm: Annotated[Floats, Axes("fleet", "month"), Unit("average price share if the whole fleet is sold")]
    forced_announced: Annotated[Floats, Axes("fleet", "month"), Unit("the same once a successor has been announced")]
    forced_cost: Annotated[Floats, Axes("fleet"), Unit("USD per machine of a whole fleet, storage included")]
    forced_carry: Annotated[Floats, Axes("fleet"), Unit("share of value, of a whole fleet in the queue")]
    months_calm: Annotated[Floats, Axes("fleet"), Unit("months over which the sale is spread")]
    months_announced: Annotated[Floats, Axes("fleet"), Unit("the same once a successor has been announced")]
    policy: Annotated[Ints, Axes("borrower"), Unit("SALE, STEP_IN or GOING_CONCERN")]
    seize: Annotated[Floats, Axes("borrower"), Unit("months from acceleration to the first sale")]
    step_in: Annotated[Floats, Axes("borrower"), Unit("months of operation for the lenders")]
    sale_cost: Annotated[Floats, Axes("borrower"), Unit("share of price")]
    unit_cost: Annotated[Floats, Axes("borrower"), Unit("USD per machine sold")]
    storage: Annotated[Floats, Axes("borrower"), Unit("USD per machine and month in the queue")]
    carry: Annotated[Floats, Axes("borrower"), Unit("share of appraised value per month in the queue")]
    orderly_share: Annotated[Floats, Axes("borrower"), Unit("share of orderly value paid for a going concern")]
    contract_share: Annotated[Floats, Axes("borrower"), Unit("share of contracted revenue paid on top")]

"""What moves in enforcement: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# sales[fleet, ...]
AT_HAND, OFFER, SOLD, PROCEEDS, PRICE, SINCE, CREDIT, COSTS, UNPAID, DEPTH = range(10)
SALE_FIELDS = 10
# sellers[seller, ...] and markets[machine, ...]
PRESSURE, OFFERED, TAKEN, MARK = range(4)
SELLER_FIELDS, MARKET_FIELDS = 3, 4
# backstop[0, ...]
SPENT, OVERPAID = range(2)
BACKSTOP_FIELDS = 2


class LiquidationState(NamedTuple):
    """Sales of the month, and what weighs on prices.

    sales : AT_HAND machines before the sale, OFFER and SOLD machines, PROCEEDS and COSTS USD and PRICE (share of
        appraised) of the month; SINCE months since acceleration with debt outstanding, -1 without; CREDIT machines that
        the market has room for but that do not make a whole unit of sale yet; UNPAID storage and carry, USD;
        DEPTH machines
    sellers, markets : PRESSURE machines sold lately and still weighing on the price; OFFERED and TAKEN machines of
        the month, by seller and by all sellers of a machine type; MARK (markets only) the price share that a
        marginal sale would fetch under the pressure of all sellers, as far as it is felt
    backstop : SPENT by the buyer of last resort so far, and what it OVERPAID above the market's price, USD
    """

    sales: Any
    sellers: Any
    markets: Any
    backstop: Any


class Seized(NamedTuple):
    """What the lenders find: ``[fleet, lane]`` views.

    delivered, held : shares;  age : months;  worth : appraised USD per machine;  announced : flag of a successor
    """

    delivered: Any
    held: Any
    age: Any
    worth: Any
    announced: Any

"""What moves in enforcement: arrays ``[entity, field, lane]``."""

from typing import Any, NamedTuple

# sales[fleet, ...]
PRESSURE, SOLD, PROCEEDS, PRICE, SINCE = range(5)
SALE_FIELDS = 5


class LiquidationState(NamedTuple):
    """Sales of the month.

    sales : PRESSURE machines sold lately and still weighing on the price; SOLD machines, PROCEEDS USD and
    PRICE (share of appraised) of the month;
    SINCE months since acceleration with debt outstanding, -1 without
    """

    sales: Any

"""Machine values as tables over calendar month, launch phase, regime, rent multiple and cycle deviation."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit


class CollateralTable(NamedTuple):
    """Appraised value of one machine of full output, by interpolation in a table.

    For machine g the cell of (month t, phase p, regime s, multiple i, deviation j) stands at
    ``first[g] + (((t * phases[g] + p) * 2 + s) * multiples + i) * deviations + j`` of `value`.
    *multiple* is the log of (rent left after launches and physical decay) over its month-0 trend, less the
    log of (running cost over its month-0 level): value is homogeneous of degree one in (rent, cost), so
    one axis serves both.  The result is to be multiplied by running cost over its month-0 level.
    *deviation* is loading x cycle + own noise.  Both axes are evenly spaced; outside, the ends hold.
    """

    value: Annotated[Floats, Axes("cell"), Unit("USD per machine")]
    first: Annotated[Ints, Axes("machine"), Unit("cell")]
    phases: Annotated[Ints, Axes("machine"), Unit("count")]
    multiples: Annotated[Ints, Axes("economy"), Unit("count")]
    deviations: Annotated[Ints, Axes("economy"), Unit("count")]
    multiple_first: Annotated[Floats, Axes("machine"), Unit("log")]
    multiple_step: Annotated[Floats, Axes("machine"), Unit("log")]
    deviation_first: Annotated[Floats, Axes("machine"), Unit("log")]
    deviation_step: Annotated[Floats, Axes("machine"), Unit("log")]
    power: Annotated[Floats, Axes("machine"), Unit("kWh per machine-month, PUE and use included")]
    upkeep: Annotated[Floats, Axes("machine"), Unit("USD per machine-month")]
    cost: Annotated[Floats, Axes("machine"), Unit("USD per machine-month at the month-0 power price")]
    orderly_discount: Annotated[Floats, Axes("machine"), Unit("share")]

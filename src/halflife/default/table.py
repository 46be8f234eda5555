"""Events of default and refinancing as arrays."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit


class DefaultTable(NamedTuple):
    """One row per borrower."""

    grace: Annotated[Floats, Axes("borrower"), Unit("months a shortfall may stand")]
    is_refinanceable: Annotated[Ints, Axes("borrower"), Unit("flag")]
    most_ltv: Annotated[Floats, Axes("borrower"), Unit("ratio")]
    least_dscr: Annotated[Floats, Axes("borrower"), Unit("ratio")]
    traps_on_customer: Annotated[Ints, Axes("borrower"), Unit("flag")]
    traps_on_sponsor: Annotated[Ints, Axes("borrower"), Unit("flag")]
    is_insolvency_default: Annotated[Ints, Axes("borrower"), Unit("flag")]

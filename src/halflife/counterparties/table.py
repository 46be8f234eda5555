"""Counterparties as arrays."""

from typing import Annotated, NamedTuple

from halflife.foundation.axes import Axes, Floats, Ints, Unit


class PartyTable(NamedTuple):
    """How each party can fail, and what each borrower's guarantee is worth.

    ``hazard[party, t]`` is the cumulative-hazard increment of month t before the cycle tilt
    ``exp(-tilt * (cycle - mean) / deviation)``; it already carries the compensation that makes the mean
    survival equal the input curve.  It is zero for venture-funded parties.
    """

    hazard: Annotated[Floats, Axes("party", "month"), Unit("cumulative hazard in the month")]
    tilt: Annotated[Floats, Axes("party"), Unit("log intensity per standard deviation of the cycle")]
    recovery: Annotated[Floats, Axes("party"), Unit("share of claim")]
    contagion: Annotated[Floats, Axes("party"), Unit("intensity multiple after a sponsored borrower's default")]
    party_stream: Annotated[Ints, Axes("party"), Unit("stream id")]
    is_venture: Annotated[Ints, Axes("party"), Unit("flag")]
    cash: Annotated[Floats, Axes("party"), Unit("USD at month 0")]
    burn: Annotated[Floats, Axes("party", "month"), Unit("USD per month")]
    raise_below: Annotated[Floats, Axes("party"), Unit("months of runway")]
    raise_to: Annotated[Floats, Axes("party"), Unit("months of runway")]
    base: Annotated[Floats, Axes("party"), Unit("intensity per month")]
    distress: Annotated[Floats, Axes("party"), Unit("intensity per month at zero runway")]
    forced: Annotated[Ints, Axes("forced"), Unit("position in party")]
    forced_rate: Annotated[Floats, Axes("forced"), Unit("rate of the sampling law of the default threshold")]
    guarantor: Annotated[Ints, Axes("borrower"), Unit("position in party, -1 without guarantee")]
    guarantee_cap: Annotated[Floats, Axes("borrower"), Unit("USD")]
    guarantee_liquidity: Annotated[Floats, Axes("borrower"), Unit("USD, net of other guarantees pari passu")]
    guarantee_end: Annotated[Floats, Axes("borrower"), Unit("month of dated release")]
    release_rate: Annotated[Floats, Axes("borrower"), Unit("probability per month of release by upgrade")]
    release_party: Annotated[Ints, Axes("borrower"), Unit("position in party, -1 without")]
    release_stream: Annotated[Ints, Axes("borrower"), Unit("stream id")]
    sponsor: Annotated[Ints, Axes("borrower"), Unit("position in party, -1 without")]

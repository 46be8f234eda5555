"""What studies of a system find: losses with and without feedback, who matters, where it jumps, what would stop it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from halflife.foundation.axes import Floats
from halflife.metrics.portfolio import Grouping
from halflife.metrics.sample import Estimated, Sample
from halflife.results.record import Results

Kind = Literal["borrower", "lender", "machine", "party"]
Lever = Literal["rent", "depth"]


@dataclass(frozen=True)
class Rank:
    """How much one entity matters to the others.

    Parameters
    ----------
    kind : borrower, lender, machine or party;  name : its name
    failure : probability that it fails; None for a machine type
    marginal : USD that the system loses less when nobody feels its trouble
    conditional : USD that the others lose more on paths on which it fails than on those on which it does not;
        None where it never or always fails
    """

    kind: Kind
    name: str
    failure: Estimated | None
    marginal: Estimated
    conditional: Estimated | None


@dataclass(frozen=True)
class Cascade:
    """What feedback does to a system.

    Parameters
    ----------
    off, on : records of the runs without and with every channel of the term sheet
    loss_off, loss_on : [path], USD, present value of what all lenders lose
    amplification : loss with feedback over loss without
    shares : group of channels -> USD of loss that it adds (Shapley)
    ranks : by marginal loss, largest first
    """

    off: Results
    on: Results
    sample: Sample
    loss_off: Floats
    loss_on: Floats
    amplification: Estimated | None
    shares: Mapping[str, Estimated]
    ranks: tuple[Rank, ...]


@dataclass(frozen=True)
class Point:
    """One size of the shock.

    Parameters
    ----------
    size : fall of rents as a share, or multiple of the depth
    off, on : mean loss without and with feedback, USD
    amplification : on over off; None without losses
    """

    size: float
    off: Estimated
    on: Estimated
    amplification: Estimated | None


@dataclass(frozen=True)
class Cliff:
    """Loss against the size of a shock, and its steepest step.

    Parameters
    ----------
    lever : rent (a fall of all rents) or depth (of all resale markets)
    points : in the order of the shock
    start, end : sizes between which the loss per unit of shock rises fastest
    jump : mean loss added by that step, USD
    steepness : slope of that step over the slope from the first point to the last; about 1 where there is no cliff
    """

    lever: Lever
    points: tuple[Point, ...]
    start: float
    end: float
    jump: Estimated
    steepness: float


@dataclass(frozen=True)
class Backstop:
    """One buyer of last resort.

    Parameters
    ----------
    price : share of the appraised value at which it buys what the market would take for less
    size : USD it can spend
    spent : mean outlay, USD;  worst : outlay that 1 path in 100 exceeds, USD;  used : share of paths on which it buys
    cost : mean outlay less what the market would have paid for the same machines on the day, USD
    loss : mean loss of the lenders, USD;  amplification : loss over the loss without feedback
    """

    price: float
    size: float
    spent: Estimated
    worst: float
    used: Estimated
    cost: Estimated
    loss: Estimated
    amplification: Estimated | None


@dataclass(frozen=True)
class Indicators:
    """Signs that a system can fall, before anything is simulated.

    Parameters
    ----------
    lenders, borrowers : names of the rows and columns
    similarity : [lender, lender], cosine of what they hold, borrower by borrower
    overlap : [borrower, borrower], USD that one loses if the other sells all machines, to first order
    lost : [seller, borrower], share of its machines' value that a borrower loses when the seller sells all it has
    fails : [seller, borrower], 1 where that loss takes the borrower's machines below its debt
    under_water : borrowers whose machines are worth less than their debt before anybody sells
    failure_radius : spectral radius of `fails`;  loss_radius : of the losses over what machines are worth beyond debt
    claim_radius : of claims between lenders over their capital; None where there are none
    radius_range : least and largest `failure_radius` over the draws of the assumed ranges; None without ranges
    """

    lenders: tuple[str, ...]
    borrowers: tuple[str, ...]
    similarity: Floats
    overlap: Floats
    lost: Floats
    fails: Floats
    under_water: tuple[str, ...]
    failure_radius: float
    loss_radius: float
    claim_radius: float | None
    radius_range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Fabric:
    """How the entities of a system hang together.

    Parameters
    ----------
    holdings : (lender, facility, USD of commitment)
    links : (borrower, machine type, USD of cost) of what each borrower's debt stands on
    groupings : kind -> who each facility belongs to
    indicators : of the danger of contagion; None where they were not asked for
    """

    holdings: Sequence[tuple[str, str, float]] = ()
    links: Sequence[tuple[str, str, float]] = ()
    groupings: Mapping[str, Grouping] = field(default_factory=dict)
    indicators: Indicators | None = None

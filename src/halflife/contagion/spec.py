"""What the user writes about lenders, and about the ways in which one borrower's trouble reaches another."""

from typing import Literal, Self

from pydantic import model_validator

from halflife.foundation.spec import Spec
from halflife.foundation.units import Count, Months, Ratio, Share, Usd


class HoldingSpec(Spec):
    """Part of a facility held by a lender: a share of the commitment, or an amount of it."""

    borrower: str
    facility: str
    share: Share | None = None
    amount: Usd | None = None

    @model_validator(mode="after")
    def _has_one_size(self) -> Self:
        if (self.share is None) == (self.amount is None):
            raise ValueError("give exactly one of `share` and `amount`")
        return self


class InterlenderSpec(Spec):
    """What another lender owes to this one."""

    debtor: str
    amount: Usd


class LenderSpec(Spec):
    """One lender: what it holds, and what losses it can bear."""

    name: str
    capital: Usd
    """Own funds: losses come out of them first."""
    other_assets: Usd = 0.0
    """Assets beside the holdings and claims listed here, at their value today; they keep it."""
    least_capital: Share = 0.0
    """Capital over assets below which the lender funds no further draw."""
    is_residual: bool = False
    """True for the one lender that holds whatever the others are not said to hold."""
    holdings: tuple[HoldingSpec, ...] = ()
    claims: tuple[InterlenderSpec, ...] = ()
    lent_to_lenders: Usd = 0.0
    """Lent to other lenders in all, beside `claims`, where it is not known to whom; see `unknown_claims`."""
    borrowed_from_lenders: Usd = 0.0
    """Borrowed from other lenders in all, beside their `claims`, where it is not known from whom."""


class CapacitySpec(Spec):
    """How the rent of a machine type gives way when idle machines look for work."""

    machine: str
    installed: Count
    """Machines of this type at work in the whole market."""
    elasticity: Ratio
    """Log fall of the rent for each share of the installed machines that failed contracts throw onto the market."""


class ContagionSpec(Spec):
    """Strength of every channel between borrowers: 0 % is off, 100 % is full."""

    machine_prices: Share = 0.0
    """Sellers of one machine type share one market: its depth, its pressure and what buyers can install."""
    marks: Share = 0.0
    """The price under pressure marks down everybody's collateral: covenants, borrowing bases, refinancing."""
    rents: Share = 0.0
    """Machines without their contract press on the rent; see `capacity`."""
    refinancing: Share = 0.0
    """Losses shut the refinancing market; see `refinancing_loss`."""
    funding: Share = 0.0
    """Lenders short of capital no longer fund their part of a draw."""
    interlender: Share = 0.0
    """A failed lender pays its lenders only what it has."""
    cross_default: Share = 0.0
    """The default of a borrower named under `cross_default` is an event of default."""
    parties: Share = 0.0
    """A borrower that defaults fails as the operator, offtaker, sponsor or vendor that it is (`acts_as`)."""
    sponsors: Share = 1.0
    """The failure of a borrower raises its sponsor's hazard (`contagion` of the counterparty)."""
    capacity: tuple[CapacitySpec, ...] = ()
    refinancing_loss: Share = 0.05
    """Losses of the recent past over all commitments at which nobody refinances."""
    loss_memory: Months = 12
    """Months in which a loss is forgotten to 1/e."""
    unknown_claims: Literal["maximum_entropy", "minimum_density"] = "maximum_entropy"
    """How claims of which only the totals are known are spread: as evenly, or on as few links, as they allow."""
    bankruptcy_cost: Share = 0.0
    """Share of a failed lender's assets that its failure costs."""

    @property
    def strengths(self) -> dict[str, float]:
        """Strength of each channel, by name."""
        return {name: getattr(self, name) for name in CHANNELS}


CHANNELS = (
    "machine_prices",
    "marks",
    "rents",
    "refinancing",
    "funding",
    "interlender",
    "cross_default",
    "parties",
    "sponsors",
)
"""Names of the channels, in the order in which a month meets them."""

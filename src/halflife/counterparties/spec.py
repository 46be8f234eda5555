"""What the user writes about the people in the deal: offtakers, operators, sponsors, vendors."""

from typing import Literal, Self

from pydantic import model_validator

from halflife.foundation.spec import Spec
from halflife.foundation.units import Date, Loading, Months, Rate, Rating, Ratio, Share, Usd, UsdPerYear

Role = Literal["offtaker", "operator", "sponsor", "vendor"]


class VentureSpec(Spec):
    """An unrated, venture-funded firm: it dies when the cash is gone and the funding market is shut."""

    cash: Usd
    burn: UsdPerYear
    """Net cash burnt per year at the valuation date."""
    burn_growth: Rate = 0.0
    """Yearly growth of the burn (continuous)."""
    raise_below: Months = 12
    """A round is raised when the runway falls below this many months and the funding market is open."""
    raise_to: Months = 24
    """Runway after a round."""
    base_intensity: Rate = 0.0
    """Default intensity per year with a comfortable runway."""
    distress_intensity: Rate = 1.0
    """Added intensity per year as the runway goes to zero."""


class PartySpec(Spec):
    """One counterparty and how it can fail."""

    name: str
    roles: tuple[Role, ...]
    rating: Rating | None = None
    """S&P-scale rating; the hazard curve of `facts/hazard.yaml` follows from it."""
    outlook_notches: Ratio | None = None
    """Notches added to the rating's number (positive is weaker); 0 when left out."""
    venture: VentureSpec | None = None
    recovery: Share
    """Recovery of unsecured claims on this party."""
    cycle_tilt: Loading = 0.0
    """Log change of the default intensity when the compute factor is one standard deviation below its mean."""
    contagion: Ratio = 1.0
    """Intensity is multiplied by this after a borrower it sponsors has failed."""

    @model_validator(mode="after")
    def _has_one_way_to_fail(self) -> Self:
        if (self.rating is None) == (self.venture is None):
            raise ValueError("give exactly one of `rating` and `venture`")
        return self


class GuaranteeSpec(Spec):
    """What the sponsor owes to the lenders beyond the ring fence."""

    kind: Literal["none", "limited", "full"] = "none"
    guarantor: str | None = None
    cap: Usd | None = None
    """Most that a limited guarantee pays in total."""
    liquidity: Usd | None = None
    """Liquidity the guarantor can pay from; the guarantee is worth no more."""
    other_guarantees: Usd = 0.0
    """Other debt it has guaranteed; all are served pari passu."""
    release: Date | None = None
    """The guarantee ends on this date."""
    released_by_rating_of: str | None = None
    """The guarantee ends if this counterparty becomes investment grade (see `release_probability`)."""
    release_probability: Share | None = None
    """Yearly probability of that upgrade."""

    @model_validator(mode="after")
    def _is_payable(self) -> Self:
        if self.kind == "none":
            return self
        if self.guarantor is None or self.liquidity is None:
            raise ValueError("a guarantee needs `guarantor` and the `liquidity` it is paid from")
        if (self.kind == "limited") != (self.cap is not None):
            raise ValueError("`cap` belongs to a limited guarantee, and to no other")
        if (self.released_by_rating_of is None) != (self.release_probability is None):
            raise ValueError("`released_by_rating_of` and `release_probability` go together")
        return self

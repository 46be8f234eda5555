"""What the user writes about the debt: facilities, accounts and the priority of payments."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from halflife.foundation.spec import Spec
from halflife.foundation.units import Date, Margin, Months, Rate, Share, Usd


class FloatingSpec(Spec):
    """SOFR plus a margin, with a floor and a hedged share."""

    kind: Literal["floating"] = "floating"
    margin: Margin
    floor: Rate = 0.0
    """Floor on SOFR."""
    hedged_share: Share = 0.0
    """Share of the balance swapped to fixed at the start curve's average."""


class FixedSpec(Spec):
    """A fixed coupon."""

    kind: Literal["fixed"] = "fixed"
    coupon: Rate


class LevelSpec(Spec):
    """Equal payments of interest and principal (an annuity), with an optional balloon."""

    kind: Literal["level"] = "level"
    balloon: Share = 0.0


class StraightSpec(Spec):
    """Equal instalments of principal, with an optional balloon."""

    kind: Literal["straight"] = "straight"
    balloon: Share = 0.0


class SculptedSpec(Spec):
    """Principal follows base-case CFADS so that the DSCR is constant; the DSCR follows from the debt."""

    kind: Literal["sculpted"] = "sculpted"
    balloon: Share = 0.0


class BulletSpec(Spec):
    """All at maturity."""

    kind: Literal["bullet"] = "bullet"


class CustomSpec(Spec):
    """A filed schedule: shares of the drawn amount, one per payment date; what is left is the balloon."""

    kind: Literal["custom"] = "custom"
    shares: tuple[Share, ...]

    @model_validator(mode="after")
    def _does_not_exceed_the_loan(self) -> Self:
        if sum(self.shares) > 1 + 1e-9:
            raise ValueError(f"the shares add up to {sum(self.shares):.4%}, more than the loan")
        return self


Amortisation = Annotated[LevelSpec | StraightSpec | SculptedSpec | BulletSpec | CustomSpec, Field(discriminator="kind")]


class DrawSpec(Spec):
    """Delayed draws: against capital expenditure, within a window, under conditions."""

    until: Date
    advance_rate: Share
    """Share of capital expenditure that a draw may fund: the draw cap."""
    equity: Literal["first", "pro_rata"] = "pro_rata"
    """Who pays first; customers' prepayments count as equity."""
    interest: Literal["paid", "capitalised"] = "capitalised"
    """Interest during the draw window: paid from cash, or drawn."""
    commitment_fee: Margin = 0.0
    when_stopped: Literal["equity_pays", "deliveries_stop"] = "deliveries_stop"
    """What happens to purchases when a draw is refused."""


class BorrowingBaseSpec(Spec):
    """Revolving ABL: what may be outstanding follows eligible machines and contracts, month by month."""

    advance_rate: Share
    """Advance on the orderly value of eligible machines."""
    advance_fall: Rate = 0.0
    """Yearly fall of the advance rate with age (absolute)."""
    receivables: Share = 0.0
    """Advance on one month of contract revenue."""
    coins: Share = 0.0
    """Advance on the treasury's free coins; pledged ones secure their own loan."""


class LeaseSpec(Spec):
    """Equipment or triple-net lease: rents down to a residual, for which the machines go back to the lessor.

    At maturity all machines of the fleet go back at their orderly value, and the lessee loses their use. Where that
    value lies below the guaranteed residual, the guarantor owes the difference; whatever else the lessor gains or loses
    on the machines is the lessor's. After acceleration nothing goes back: the whole balance is due, as for any other
    facility, and the machines are sold with the rest.
    """

    fleet: str
    """Machines leased: all of this fleet."""
    residual: Share | None = None
    """Residual the rents amortise to, as a share of the financed amount; left out, the guaranteed one."""
    residual_guarantee: Share
    """Guaranteed part of it, as a share of the financed amount."""
    guarantor: str | None = None
    """Who pays the shortfall: left out, the lessee, in cash and by the priority of payments. A counterparty named here
    pays the lessor directly, up to the cap; once it has failed, the lessor recovers its share of an unsecured claim."""
    cap: Usd | None = None
    """Most that the named guarantor pays."""

    @model_validator(mode="after")
    def _is_guaranteed_by_somebody(self) -> Self:
        if (self.guarantor is None) != (self.cap is None):
            raise ValueError("`guarantor` and `cap` go together: the lessee's own guarantee has no cap")
        if self.residual is not None and self.residual < self.residual_guarantee:
            raise ValueError(
                f"a guarantee of {self.residual_guarantee:.2%} exceeds the residual of {self.residual:.2%}"
            )
        return self

    @property
    def booked(self) -> float:
        """Residual the rents amortise to, as a share of the financed amount."""
        return self.residual_guarantee if self.residual is None else self.residual


class FacilitySpec(Spec):
    """One facility.  `priority` decides its rank; this says what it is owed."""

    name: str
    kind: Literal["term_loan", "ddtl", "revolver", "lease", "junior"]
    commitment: Usd
    drawn: Usd | None = None
    """Drawn at the valuation date; left out: all of it, or nothing for facilities with draws."""
    rate: Annotated[FloatingSpec | FixedSpec, Field(discriminator="kind")]
    issue_price: Share = 1.0
    """Price paid by the lender per unit of face (1 less the OID)."""
    maturity: Date
    first_payment: Date | None = None
    """First date on which principal is due; left out, the first period after draws end."""
    every: Literal[1, 3] = 1
    """Months between payment dates."""
    day_count: Literal["ACT/360", "ACT/365", "30/360"] = "ACT/360"
    amortisation: Amortisation
    draws: DrawSpec | None = None
    maintenance_advance: Share | None = None
    """Maintenance test: debt over paper value may not exceed this; the excess is prepaid (`cure_advance`)."""
    borrowing_base: BorrowingBaseSpec | None = None
    lease: LeaseSpec | None = None

    @model_validator(mode="after")
    def _has_the_parts_of_its_kind(self) -> Self:
        for part, kind in (("draws", "ddtl"), ("borrowing_base", "revolver"), ("lease", "lease")):
            if (getattr(self, part) is not None) != (self.kind == kind):
                raise ValueError(f"`{part}` belongs to a facility of kind {kind}, and there it is needed")
        if self.draws is not None and self.maturity <= self.draws.until:
            raise ValueError(f"maturity {self.maturity} lies before the draw window ends ({self.draws.until})")
        return self


class AccountSpec(Spec):
    """A reserve account: how much it should hold, and how much it holds at the start."""

    name: str
    months_of_service: Months = 0
    """Target: this many months of the next scheduled debt service of `facility` (a DSRA)."""
    facility: str | None = None
    months_of_opex: Months = 0
    """Target: this many months of base-case operating cost (an operating or power reserve)."""
    amount: Usd = 0.0
    """Target: a fixed amount, added to the above."""
    opening: Usd = 0.0


class PaymentStepSpec(Spec):
    """One step of the priority of payments, as a trustee would read it."""

    pay: Literal["opex", "fees", "interest", "principal", "fill", "cure_advance", "sweep", "trap", "distribute"]
    facility: str | None = None
    account: str | None = None
    share: Share = 1.0
    """Share of the cash left that a sweep takes."""
    when: Literal["always", "triggered"] = "always"
    """triggered: only while a covenant with this consequence is in breach (sweep)."""


class DebtSpec(Spec):
    """The liabilities of one borrower and the order in which they are paid."""

    cash: Usd = 0.0
    """Operating cash at the valuation date."""
    facilities: tuple[FacilitySpec, ...]
    accounts: tuple[AccountSpec, ...] = ()
    priority: tuple[PaymentStepSpec, ...]

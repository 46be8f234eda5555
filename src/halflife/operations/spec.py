"""What the user writes about the business: fleets, contracts, deliveries, running cost, the operator."""

from typing import Literal, Self

from pydantic import model_validator

from halflife.foundation.spec import Spec
from halflife.foundation.units import (
    Count,
    Date,
    Months,
    Rate,
    Ratio,
    Share,
    Usd,
    UsdPerHour,
    UsdPerKwh,
    UsdPerMonth,
)


class DeliverySpec(Spec):
    """When the machines arrive: straight-line from the first to the last date."""

    first: Date
    last: Date
    delay: Months = 0
    """Mean common delay of all deliveries."""
    delay_uncertainty: Months = 0
    """Standard deviation of the delay."""

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last delivery {self.last} lies before the first {self.first}")
        return self


class FleetSpec(Spec):
    """A number of machines of one type, bought for one price."""

    name: str
    machine: str
    units: Count
    cost: Usd
    """All-in cost per machine, installed."""
    book_life: Months
    """Straight-line life of the loan documents: the paper value."""
    delivery: DeliverySpec | None = None
    """Left out, all machines are in service at the valuation date."""
    age: Months = 0
    """Age of the machines at the valuation date (for fleets already in service)."""
    physical_decay: Rate = 0.0
    """Yearly loss of saleable output to failures (continuous)."""


class DscrPriceSpec(Spec):
    """Infer the contract price from a coverage ratio: the price at which the base case has this DSCR."""

    dscr: Ratio


class RenegotiationSpec(Spec):
    """The customer's threat to leave when the market is far below the contract."""

    below: Share
    """Triggered when the rent to be had in the market is below this share of the contract price."""
    to: Share
    """The new price is the market rent divided by this share, at least `floor` of the old price."""
    floor: Share
    probability: Share
    """Probability that this customer would use the threat at all (drawn once per path)."""


class ContractSpec(Spec):
    """Who rents the machines, on what promise."""

    name: str
    fleet: str
    units: Count | None = None
    """Machines under this contract; left out, all of the fleet not under another contract."""
    offtaker: str
    kind: Literal["take_or_pay", "reserved", "spot"] = "take_or_pay"
    price: UsdPerHour | DscrPriceSpec
    """Price per machine-hour, or the DSCR from which it is to be inferred."""
    escalation: Rate = 0.0
    term: Months
    """Months from delivery of each machine (the contract starts with delivery)."""
    committed_share: Share = 1.0
    """Share of hours paid for whatever is used (reserved contracts: below one)."""
    use: Share = 1.0
    """Share of hours really used: it drives power, and the pay of the uncommitted hours."""
    prepayment: Share = 0.0
    """Share of the contract revenue paid up front; invoices fall by the same share."""
    service_credit: Share = 0.0
    """Expected service-level credits as a share of invoices."""
    terminates_on_borrower_default: bool = False
    """False where a direct agreement keeps the contract alive in the lenders' hands."""
    renegotiation: RenegotiationSpec | None = None


class BackstopSpec(Spec):
    """A vendor's promise to rent machines that no customer rents, at a stated price for a stated time.

    While the vendor is alive and the date has not passed, its share of the released machines earns the larger of
    market and backstop, month by month, after the power each takes. The vendor pays for every hour, and from the first
    idle day: the downtime of a release is a search for customers, and the vendor needs none to be found. It pays
    nothing while no operator runs the machines. Enforcement does not end it. Machines under contract are not covered,
    and the promise counts neither as contracted revenue nor in the value of the machines.
    """

    vendor: str
    fleet: str | None = None
    """Machines it is given for; left out, all of the borrower's."""
    price: UsdPerHour
    share: Share = 1.0
    """Share of the machines without a customer that the vendor must take."""
    until: Date


class ReleaseSpec(Spec):
    """What becomes of machines whose contract has ended or been broken."""

    downtime: Months
    """Months without revenue before they earn the market rent."""
    use: Share
    """Utilisation in the open market."""
    backstops: tuple[BackstopSpec, ...] = ()
    """Vendors that rent what nobody else rents: at most one for each fleet."""


class OpexSpec(Spec):
    """What it costs to keep the machines running."""

    pue: Ratio
    """Power usage effectiveness of the site."""
    power_price: UsdPerKwh | None = None
    """The borrower's own power price at the valuation date, moving with the market's; left out, the market's."""
    hosting: UsdPerMonth
    """Space and cooling per machine."""
    maintenance: UsdPerMonth
    """Staff, spares, software and insurance per machine."""
    fixed: UsdPerMonth = 0.0
    """Cost of the borrower as a whole."""
    overhead: Share = 0.0
    """Operator's fee as a share of revenue."""
    power_pass_through: Share = 0.0
    """Share of the power bill that contract customers or a hedge bear, at the valuation-date price."""


class OperatorFailureSpec(Spec):
    """What happens when the operator fails: downtime and a successor, not an automatic default."""

    downtime: Months
    replacement_probability: Share
    """Probability that a replacement is found; otherwise contracts end and the lenders enforce."""
    cost_increase: Share
    """Permanent increase of hosting and maintenance under the replacement."""
    trap_months: Months = 12
    """Months for which cash is trapped after the failure."""


class OperationsSpec(Spec):
    """The business of one borrower."""

    fleets: tuple[FleetSpec, ...]
    contracts: tuple[ContractSpec, ...] = ()
    release: ReleaseSpec
    opex: OpexSpec
    operator: str | None = None
    operator_failure: OperatorFailureSpec | None = None

    @model_validator(mode="after")
    def _names_its_operator(self) -> Self:
        if (self.operator is None) != (self.operator_failure is None):
            raise ValueError("`operator` and `operator_failure` go together")
        return self

"""What the user writes about selling seized machines."""

from typing import Literal

from halflife.foundation.spec import Spec
from halflife.foundation.units import Count, Kilowatt, Months, Rate, Share, SignedRate, Usd, UsdPerMonth


class InstallableSpec(Spec):
    """What buyers can install, told by power and cooling instead of by heads."""

    power: Kilowatt
    """Power and cooling that buyers can connect in a month."""
    rack_power: Kilowatt
    """Power and cooling of one full rack of these machines."""
    machines_per_rack: Count
    """Machines in a full rack."""


class ResaleSpec(Spec):
    """The second-hand market of one machine type."""

    machine: str
    depth: Count
    """Machines sold in a month that would, without a floor, move the price by a factor 1/e."""
    depth_after_successor: Share = 1.0
    """Depth that remains once a successor has been announced."""
    depth_fall: Rate = 0.0
    """Continuous yearly fall of the depth with the machines' age."""
    recovery: Share = 0.5
    """Share of the accumulated price pressure that fades each month."""
    absorption: Count | None = None
    """Most machines per month that buyers can power, cool and install; or say it by `installable`."""
    installable: InstallableSpec | None = None
    """The same by power and racks."""
    floor: Share
    """Value to an outside user, as a share of the appraised value: the price never falls below it."""
    unit_of_sale: Literal["chip", "server", "rack", "cluster"] = "chip"
    """What buyers take: single machines, or whole lots of them."""
    lot: Count = 1
    """Machines in one unit of sale."""
    break_up: Share = 0.0
    """Value lost because cabling, network and cooling stay behind when machines leave in this unit."""
    decline: SignedRate | None = None
    """Expected continuous yearly fall of the value, for the pace 'optimal'; left out, the trend of the rent."""


class GoingConcernSpec(Spec):
    """Sale of the borrower as it stands: machines at their site with the customers' contracts."""

    months_to_close: Months
    """Whole months from seizure to closing; the business runs on for the lenders meanwhile."""
    orderly_share: Share
    """What the buyer pays for the machines, as a share of their orderly value."""
    contract_share: Share = 0.0
    """What the buyer pays on top, as a share of contracted revenue still to come."""


class EnforcementSpec(Spec):
    """What the lenders do after acceleration."""

    policy: Literal["sale", "step_in", "going_concern"] = "sale"
    """sale: seize and sell; step_in: keep operating for the lenders, then sell; going_concern: sell the borrower."""
    time_to_seize: Months
    """Whole months from acceleration in which nothing can be sold yet."""
    step_in_months: Months = 0
    """Months of operation in the lenders' hands before the sale (step_in only)."""
    going_concern: GoingConcernSpec | None = None
    """Terms of the sale of the borrower (going_concern only)."""
    pace: Literal["dump", "orderly", "optimal"] = "dump"
    """dump: all that buyers absorb, at once; orderly: even parts over stated months; optimal: as many months as pay."""
    over: Months = 0
    """Months over which an orderly sale is spread."""
    discount_rate: Rate = 0.0
    """Yearly rate at which lenders discount proceeds when they choose the months (optimal only)."""
    sale_cost: Share
    """Dismantling, freight and brokerage as a share of the price."""
    cost_per_machine: Usd = 0.0
    """Dismantling, freight and storage per machine sold, where they are not told apart."""
    dismantling: Usd = 0.0
    """Taking one machine down, wiping and crating it."""
    freight: Usd = 0.0
    """Moving one machine to its buyer, insured."""
    storage: UsdPerMonth = 0.0
    """Keeping one machine while it waits in the queue."""
    carry: Rate = 0.0
    """Insurance and custody of machines in the queue, a yearly share of their appraised value."""
    workout: Months
    """Months after the last maturity that the simulation runs on, so that recoveries are complete."""

"""What the user writes about selling seized machines."""

from typing import Literal

from halflife.foundation.spec import Spec
from halflife.foundation.units import Count, Months, Share, Usd


class ResaleSpec(Spec):
    """The second-hand market of one machine type."""

    machine: str
    depth: Count
    """Machines sold in a month that would, without a floor, move the price by a factor 1/e."""
    depth_after_successor: Share = 1.0
    """Depth that remains once a successor has been announced."""
    recovery: Share = 0.5
    """Share of the accumulated price pressure that fades each month."""
    absorption: Count
    """Most machines per month that buyers can power, cool and install."""
    floor: Share
    """Value to an outside user, as a share of the appraised value: the price never falls below it."""


class EnforcementSpec(Spec):
    """What the lenders do after acceleration."""

    policy: Literal["sale", "step_in"] = "sale"
    """sale: seize and sell; step_in: keep operating for the lenders, then sell what is left."""
    time_to_seize: Months
    """Whole months from acceleration in which nothing can be sold yet."""
    step_in_months: Months = 0
    """Months of operation in the lenders' hands before the sale (step_in only)."""
    sale_cost: Share
    """Dismantling, freight and brokerage as a share of the price."""
    cost_per_machine: Usd = 0.0
    """Dismantling, freight and storage per machine sold."""
    workout: Months
    """Months after the last maturity that the simulation runs on, so that recoveries are complete."""

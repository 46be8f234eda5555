"""What the user writes about prices: rents, successors, power, rates, spreads and how they move together."""

from typing import Literal

from halflife.foundation.spec import Spec
from halflife.foundation.units import (
    Date,
    Intensity,
    Kilowatt,
    Loading,
    Months,
    Rate,
    Ratio,
    Share,
    SignedRate,
    UsdPerHour,
    UsdPerKwh,
    Volatility,
)

Factor = Literal["compute", "rates", "credit", "energy"]


class SuccessorSpec(Spec):
    """A newer machine that makes this one cheaper to do without.

    Announcement moves resale prices, availability moves rents: two dates, never one.
    """

    name: str
    announcement: Date
    """Date on which the successor is (expected to be) announced."""
    availability: Date
    """Date from which the successor can be rented in volume."""
    date_uncertainty: Months = 0
    """Standard deviation of both dates in months; 0 means the dates are given."""
    rent_drop: Share
    """Mean fall of the old machine's rent once the ramp is over."""
    rent_drop_uncertainty: Share = 0.0
    """Standard deviation of the fall."""
    ramp: Months = 6
    """Months from availability until the fall is complete."""


class MachineSpec(Spec):
    """One machine type (a GPU generation or a rig) and the law of its rent."""

    name: str
    fact: str | None = None
    """Name of the entry in `facts/machines.yaml` that this machine is, for its sources."""
    rental: UsdPerHour
    """Posted rent at the valuation date for constant quality, before realisation."""
    power: Kilowatt
    """Power drawn per machine at the server's plug, before PUE."""
    age_drift: SignedRate | None = None
    """Continuous yearly fall of the rent with age; left out, the market facts entry decides."""
    compute_loading: Loading = 1.0
    """How strongly the log rent follows the common compute factor."""
    idiosyncratic: Volatility | None = None
    """Volatility of the machine's own mean-reverting noise; left out, the facts entry decides."""
    successors: tuple[SuccessorSpec, ...] = ()


class RegimesSpec(Spec):
    """Shortage and glut: two levels towards which the common compute factor is pulled."""

    shortage_level: Loading
    """Log level of the compute factor in shortage (positive: rents above trend)."""
    glut_level: Loading
    """Log level of the compute factor in glut (negative)."""
    into_shortage: Intensity
    """Switches from glut to shortage per year."""
    into_glut: Intensity
    """Switches from shortage to glut per year."""
    shortage_probability: Share
    """Probability that the valuation date lies in shortage."""


class ComputeSpec(Spec):
    """Common AI-compute factor: log deviation of all rents from their own trend."""

    speed: Intensity
    """Mean reversion per year."""
    volatility: Volatility
    start: Loading = 0.0
    """Log deviation at the valuation date."""
    age_drift: SignedRate
    """Continuous yearly fall of a machine's rent with age, for machines that name none."""
    idiosyncratic: Volatility
    """Volatility of the machines' own noise, for machines that name none."""
    regimes: RegimesSpec | None = None


class ShortRateSpec(Spec):
    """SOFR: a Vasicek factor around a given start curve."""

    curve: tuple[Rate, ...]
    """Expected SOFR for each year from the valuation date; the last holds for ever."""
    speed: Intensity
    volatility: SignedRate
    """Normal volatility, decimal per square root of a year."""


class CreditMarketSpec(Spec):
    """High-yield spread (mean-reverting in logs) and when the refinancing market is open."""

    level: Rate
    start: Rate
    speed: Intensity
    volatility: Volatility
    shut_above: Rate
    """The refinancing market is shut while the spread is above this."""


class PowerSpec(Spec):
    """Electricity price, mean-reverting in logs."""

    price: UsdPerKwh
    speed: Intensity
    volatility: Volatility


class CorrelationSpec(Spec):
    """Correlation between two named factors."""

    between: tuple[Factor, Factor]
    correlation: Loading


class MarketSpec(Spec):
    """The economy's prices.  `facts` names a calibrated entry; what is written here replaces its parts."""

    facts: str = "default"
    """Entry of `facts/market` that supplies every part left out below."""
    machines: tuple[MachineSpec, ...]
    compute: ComputeSpec | None = None
    short_rate: ShortRateSpec | None = None
    credit: CreditMarketSpec | None = None
    power: PowerSpec | None = None
    correlations: tuple[CorrelationSpec, ...] | None = None
    shock_degrees: Literal["gaussian", 4, 6, 8, 10, 12] = "gaussian"
    """Degrees of freedom of Student-t shocks (variance kept), or gaussian."""
    realisation: Ratio | None = None
    """Share of the posted rent that an operator really gets for uncontracted hours at full use."""

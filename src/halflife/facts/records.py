"""The records a facts file becomes: every number with its error, sample, source and date."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["estimated", "quoted", "assumed"]
"""Estimated by our own calibration; quoted from the source named; assumed, with the reason in the note."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number, how well it is known, and where it comes from."""

    value: float
    unit: str
    kind: Kind
    sample: str
    source: str
    date: str
    standard_error: float | None = None
    """Same unit as the value; None where a source quotes a number without one."""
    low: float | None = None
    high: float | None = None
    """About 95 % interval, or the range given by the source."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RegimeFacts:
    """Two levels of the common compute factor and the switching between them."""

    shortage_level: Estimate
    glut_level: Estimate
    into_shortage: Estimate
    into_glut: Estimate
    shortage_probability: Estimate


@dataclass(frozen=True, slots=True)
class ComputeFacts:
    """Law of the log rent: trend with age, common mean-reverting factor, each machine's own noise."""

    age_drift: Estimate
    """Net of successor launches: use it for a machine whose successors are listed."""
    total_drift: Estimate
    """Launches included: use it for a machine without listed successors, never together with launch drops."""
    speed: Estimate
    volatility: Estimate
    idiosyncratic: Estimate
    start: Estimate
    """Common factor at `as_of`; the rent follows the change of the factor since then."""
    shock_degrees: Estimate
    """Degrees of freedom of Student-t shocks, an even integer."""
    regimes: RegimeFacts | None = None


@dataclass(frozen=True, slots=True)
class LaunchFacts:
    """What a successor does to the rent of an older machine."""

    rent_drop: Estimate
    rent_drop_uncertainty: Estimate
    """Standard deviation of the drop between cases (not the error of its mean)."""
    ramp: Estimate
    announcement_lead: Estimate
    per_year: Estimate


@dataclass(frozen=True, slots=True)
class ShortRateFacts:
    """SOFR: a Vasicek factor around a start curve."""

    curve: tuple[float, ...]
    """Average forward rate of each year from `as_of`, decimal; the last holds for ever."""
    curve_source: str
    curve_date: str
    speed: Estimate
    level: Estimate
    volatility: Estimate


@dataclass(frozen=True, slots=True)
class CreditMarketFacts:
    """High-yield spread (mean-reverting in logs) and the state of the refinancing market."""

    level: Estimate
    start: Estimate
    speed: Estimate
    volatility: Estimate
    shut_above: Estimate
    shut_share: Estimate
    shut_months: Estimate
    default_loading: Estimate
    """Change of the log default rate per unit change of the log spread."""
    funding_loading: Estimate
    """Loading of the venture funding market on the credit factor."""


@dataclass(frozen=True, slots=True)
class PowerFacts:
    """Electricity price, mean-reverting in logs."""

    price: Estimate
    speed: Estimate
    volatility: Estimate


@dataclass(frozen=True, slots=True)
class CorrelationFact:
    """Correlation between the shocks of two named factors; `measured` stands behind the value used."""

    between: tuple[str, ...]
    used: float
    measured: Estimate | None
    reason: str


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """One calibrated entry for the market room."""

    name: str
    as_of: str
    summary: str
    compute: ComputeFacts
    launch: LaunchFacts
    short_rate: ShortRateFacts
    credit: CreditMarketFacts
    power: PowerFacts
    realisation: Estimate
    """Share of the posted rent that an operator really earns."""
    correlations: tuple[CorrelationFact, ...]


@dataclass(frozen=True, slots=True)
class CoinFacts:
    """Law of one coin's price: drift, volatility that moves, jumps."""

    drift: Estimate
    volatility: Estimate
    volatility_speed: Estimate
    volatility_of_volatility: Estimate
    jump_intensity: Estimate
    jump_mean: Estimate
    jump_deviation: Estimate


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """How the Bitcoin network grows and what a hash usually earns."""

    fees: Estimate
    growth: Estimate
    """Seen in the sample, in which the price rose too; the market room does not carry it forward."""
    response: Estimate
    volatility: Estimate
    normal_hashprice: Estimate
    """On `normal_date`; it falls at `normal_fall`."""
    normal_fall: Estimate
    normal_date: str


@dataclass(frozen=True, slots=True)
class CoinMarketFacts:
    """One calibrated entry for coins, network, and their dependence on compute."""

    name: str
    as_of: str
    summary: str
    coins: dict[str, CoinFacts]
    between_coins: Estimate
    on_compute: CorrelationFact
    stressed: Estimate
    """Correlation of the named stress."""
    network: NetworkFacts
    past_halvings: tuple[str, ...]
    halving_interval: Estimate


@dataclass(frozen=True, slots=True)
class HazardKnot:
    """Cumulative hazard of one grade: ``H(t) = ceiling / (1 + (midpoint / t) ** steepness)``."""

    grade: str
    notch: float
    ceiling: Estimate
    midpoint: Estimate
    steepness: Estimate
    rms_error: float | None
    """Root mean square of fitted over tabulated cumulative PD, less one; None for a grade without data."""
    worst_error: float | None
    worst_in_standard_errors: float | None
    """Largest misfit over the sampling error of the table; None where no obligor counts were found."""


@dataclass(frozen=True, slots=True)
class HazardFacts:
    """The rating-to-default curve: knots by grade, monotone cubic in the notch between them."""

    as_of: str
    source: str
    form: str
    extrapolation: str
    knots: tuple[HazardKnot, ...]


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Value of one measure for each grade at each horizon."""

    name: str
    measure: Literal["pd", "el"]
    horizons: tuple[float, ...]
    grades: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    """[grade, horizon], decimal."""
    recovery: float | None
    kind: Kind
    source: str
    date: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RatingTables:
    """All tables that turn a PD or an expected loss into a grade."""

    as_of: str
    tables: tuple[RatingTable, ...]


@dataclass(frozen=True, slots=True)
class QuotedSpread:
    """The spread of one compute-backed deal on the day of its filing."""

    deal: str
    signed: str
    spread_bps: float
    base: str
    rating: str
    source: str


@dataclass(frozen=True, slots=True)
class SpreadFacts:
    """What lenders are paid: quoted deals, a fitted curve by rating, the price of default risk."""

    as_of: str
    deals: tuple[QuotedSpread, ...]
    base_rates: dict[str, Estimate]
    log_spread_intercept: Estimate
    log_spread_slope: Estimate
    log_spread_curvature: Estimate
    curve_note: str
    recovery: Estimate
    price_of_risk: Estimate
    """theta in ``PD_Q(T) = Phi(Phi^-1(PD_P(T)) + theta sqrt(T))``."""
    price_of_risk_by_grade: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class RoadmapStep:
    """A dated step on the vendor's road map; dates are as published (2026-H2 is a half-year)."""

    name: str
    announced: str
    available: str
    confidence: Literal["A", "B", "C"]
    source: str


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """One machine type."""

    name: str
    vendor: str
    launched: str
    spec_source: str
    confidence: str
    figures: dict[str, Estimate]
    """tdp, server_power, rack_power (kW); memory (GB); fp16 (TFLOP/s); price_low, price_high, all_in_low,
    all_in_high (USD); rent_on_demand, rent_reserved, rent_spot, rent_contract_1y (USD per GPU-hour)."""
    missing: tuple[str, ...] = ()
    """What was looked for and not found, in words."""
    successors: tuple[RoadmapStep, ...] = ()


@dataclass(frozen=True, slots=True)
class LifePractice:
    """The accounting life one owner or lender gives to servers."""

    who: str
    years: str
    method: str
    effective: str
    confidence: str
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class UsefulLifeFacts:
    """How long books and lenders say a machine lives."""

    as_of: str
    convention: Estimate
    practice: tuple[LifePractice, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """A named set of estimates: running costs, or the depth of the resale market."""

    as_of: str
    figures: dict[str, Estimate] = field(default_factory=dict)

"""What the user writes about prices: rents, successors, power, rates, spreads and how they move together."""

from typing import Literal, Self

from pydantic import model_validator

from halflife.foundation.spec import Spec
from halflife.foundation.units import (
    Coins,
    Date,
    Hashprice,
    Hashrate,
    Intensity,
    JoulePerTera,
    Kilowatt,
    Loading,
    Months,
    Rate,
    Ratio,
    Share,
    SignedRate,
    Usd,
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
    """One machine type and the law of its rent: a GPU generation, or a mining rig whose rent is the hashprice."""

    name: str
    kind: Literal["gpu", "asic"] = "gpu"
    """gpu: rented by the hour, at its own `rental`; asic: hashes, and earns `network`'s hashprice."""
    fact: str | None = None
    """Name of the entry in `facts/machines.yaml` that this machine is, for its sources."""
    rental: UsdPerHour | None = None
    """Posted rent at the valuation date for constant quality, before realisation (gpu)."""
    power: Kilowatt | None = None
    """Power drawn per machine at the server's plug, before PUE (gpu)."""
    hashrate: Hashrate | None = None
    """Output of one rig (asic)."""
    efficiency: JoulePerTera | None = None
    """Energy of the rig per output, before PUE (asic)."""
    realisation: Ratio | None = None
    """Share of the posted rent really got: 1 less the pool fee of a rig; left out, the market's (gpu) or all."""
    age_drift: SignedRate | None = None
    """Continuous yearly fall of the rent with age; left out, the market facts entry decides."""
    compute_loading: Loading = 1.0
    """How strongly the log rent follows the common compute factor."""
    idiosyncratic: Volatility | None = None
    """Volatility of the machine's own mean-reverting noise; left out, the facts entry decides."""
    successors: tuple[SuccessorSpec, ...] = ()

    @model_validator(mode="after")
    def _has_the_parts_of_its_kind(self) -> Self:
        for part, kind in (("rental", "gpu"), ("power", "gpu"), ("hashrate", "asic"), ("efficiency", "asic")):
            if (getattr(self, part) is not None) != (self.kind == kind):
                raise ValueError(f"`{part}` belongs to a machine of kind {kind}, and there it is needed")
        if self.kind == "asic" and (self.successors or self.age_drift is not None or self.idiosyncratic is not None):
            raise ValueError("a rig's rent is the hashprice: newer rigs, trend and noise are the network's")
        return self

    @property
    def draw(self) -> float:
        """Power drawn per machine before PUE, kW; 1 J/TH at 1 TH/s is 1 W."""
        return (self.power or 0.0) + (self.hashrate or 0.0) * (self.efficiency or 0.0) / 1000.0


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


class JumpsSpec(Spec):
    """Sudden moves of a coin's price: at most one a month."""

    intensity: Intensity
    mean: Loading
    """Mean log jump (negative: down)."""
    deviation: Volatility
    """Standard deviation of the log jump."""


class GlutSpec(Spec):
    """A common stress: what becomes of a coin while compute is in glut."""

    drift: SignedRate
    """Added to the coin's yearly drift."""
    volatility: Ratio = 1.0
    """Multiple of the coin's volatility."""


class CoinSpec(Spec):
    """A coin: jump-diffusion with a volatility that itself moves.  Parts left out come from the coin facts."""

    name: Literal["BTC", "ETH"]
    price: Usd
    """Price of one coin at the valuation date."""
    volume: Usd | None = None
    """Market turnover of a day at today's price: what a sale's impact is measured against; needed if coins are sold."""
    drift: SignedRate | None = None
    """Expected yearly growth of the price (continuous)."""
    volatility: Volatility | None = None
    """Median volatility, jumps apart."""
    volatility_speed: Intensity | None = None
    """How fast the log volatility returns to its median."""
    volatility_of_volatility: Volatility | None = None
    jumps: JumpsSpec | None = None
    in_glut: GlutSpec | None = None
    """A stress that coins and compute share beyond their monthly shocks; left out, the coin does not feel the glut."""
    compute_correlation: Loading | None = None
    """Correlation of the price's shock with the compute factor's; left out, `dependence` decides."""


class NetworkSpec(Spec):
    """The Bitcoin network.  Hashprice = price x (subsidy + fees) x 144 blocks a day over the network's hash rate."""

    hashrate: Hashrate
    """Of the whole network at the valuation date."""
    subsidy: Coins
    """New coins per block at the valuation date."""
    halvings: tuple[Date, ...]
    """(Expected) dates of the coming halvings: all up to the end of the horizon."""
    fees: Coins | None = None
    """Fees per block at the valuation date; left out, the facts' level."""
    normal_hashprice: Hashprice | None = None
    """Hashprice at the valuation date at which the network grows at its usual pace."""
    normal_fall: SignedRate | None = None
    """Yearly fall (continuous) of that hashprice, as newer rigs make do with less."""
    growth: SignedRate | None = None
    """Usual yearly growth (continuous) of the network's hash rate."""
    response: Intensity | None = None
    """Additional yearly growth (log) per unit of log hashprice above normal: margins attract rigs."""
    volatility: Volatility | None = None
    """Noise of the network's growth."""


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
    coin_facts: str = "default"
    """Entry of `facts/coins` that supplies what coins and network leave out."""
    coins: tuple[CoinSpec, ...] = ()
    network: NetworkSpec | None = None
    dependence: Literal["independent", "estimated", "stressed"] = "estimated"
    """Of coins on compute. independent: no correlation, and fat tails of their own; estimated: the facts' correlation
    where its interval excludes zero, else none, and fat tails of their own; stressed: the facts' stress figure, and
    fat tails in common with rents."""
    correlations: tuple[CorrelationSpec, ...] | None = None
    shock_degrees: Literal["gaussian", 4, 6, 8, 10, 12] = "gaussian"
    """Degrees of freedom of Student-t shocks (variance kept), or gaussian."""
    realisation: Ratio | None = None
    """Share of the posted rent that an operator really gets for uncontracted hours at full use."""

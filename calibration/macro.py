"""Rates, high-yield spread, refinancing market, power price and the correlations between the factors."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calibration.records import month_number, rows

Floats = NDArray[np.float64]
Series = dict[int, float]
EIA_INDUSTRIAL = (
    (2002, 4.88), (2003, 5.11), (2004, 5.25), (2005, 5.72), (2006, 6.15), (2007, 6.39),
    (2008, 6.82), (2009, 6.81), (2010, 6.76), (2011, 6.88), (2022, 8.3), (2023, 8.06))  # fmt: skip
"""US industrial retail price, cents per kWh: EIA Electric Power Monthly table 5.3 (release 2012-09-24,
archived by UNT) for 2002-2011; EIA as quoted by Statista (2024-03-18) for 2022 and 2023."""
SHUT_ABOVE = 0.08
SHORT_MEMORY = 2.0
"""Time constant in years of the start curve's exponentials: a shape chosen, not estimated."""


@dataclass(frozen=True)
class Reversion:
    """Exact discrete fit of a mean-reverting factor with its standard errors."""

    speed: float
    speed_error: float
    level: float
    level_error: float
    volatility: float
    volatility_error: float
    months: int

    @property
    def stationary(self) -> float:
        """Standard deviation far ahead."""
        return self.volatility / math.sqrt(2 * self.speed)


def fit_reversion(path: Floats) -> Reversion:
    """AR(1) by least squares on a monthly path, read as an Ornstein-Uhlenbeck process."""
    before, after = path[:-1], path[1:]
    count = len(before)
    centred = before - before.mean()
    slope = float(centred @ after / (centred @ centred))
    offset = float(after.mean() - slope * before.mean())
    noise = after - offset - slope * before
    variance = float(noise @ noise) / (count - 2)
    slope_error = math.sqrt(variance / float(centred @ centred))
    slope = min(slope, 0.9995)
    speed = -12 * math.log(slope)
    level = offset / (1 - slope)
    volatility = math.sqrt(variance * 2 * speed / (1 - slope**2))
    level_error = math.sqrt(variance / count) / (1 - slope)
    return Reversion(
        speed,
        12 * slope_error / slope,
        level,
        level_error,
        volatility,
        volatility / math.sqrt(2 * count),
        count,
    )


def column(data: Path, name: str, until: int) -> Series:
    """One column of the monthly rates by month, in percent."""
    return {
        month_number(row["month"]): float(row[name])
        for row in rows(data, "rates_monthly.csv")
        if row[name] and month_number(row["month"]) <= until
    }


def short_rate(data: Path, until: int) -> Floats:
    """Fed funds to July 2021, SOFR after: monthly means, decimal."""
    joined = column(data, "fed_funds_pct", month_number("2021-07")) | column(data, "sofr_pct", until)
    return np.asarray([joined[month] for month in sorted(joined) if month <= until]) / 100


def start_curve(short: float, two: float, ten: float) -> list[float]:
    """Mean forward of each of ten years from three yields.

    The forward is level + slope e^(-t/k) + hump (t/k) e^(-t/k) (Nelson-Siegel), k fixed:
    three yields fix the rest.
    """

    def yields(t: float) -> tuple[float, float, float]:
        decay = math.exp(-t / SHORT_MEMORY)
        mean = SHORT_MEMORY / t * (1 - decay)
        return 1.0, mean, mean - decay

    factors = np.linalg.solve([[1.0, 1.0, 0.0], yields(2.0), yields(10.0)], [short, two, ten])
    total = [0.0] + [year * float(np.dot(yields(float(year)), factors)) for year in range(1, 11)]
    return [round(later - earlier, 5) for earlier, later in itertools.pairwise(total)]


def high_yield(data: Path, until: int) -> Floats:
    """Monthly mean high-yield spread, decimal (calibration only)."""
    path = column(data, "ice_bofa_hy_oas_pct", until)
    return np.asarray([path[month] for month in sorted(path)]) / 100


@dataclass(frozen=True)
class Shut:
    """How often and how long the high-yield market is shut."""

    share: float
    error: float
    months: float
    spells: int
    sample: int
    others: dict[float, float]


def shut_market(spread: Floats) -> Shut:
    """Share of months above the threshold; the error allows for months that come in spells."""
    above = spread > SHUT_ABOVE
    share = float(above.mean())
    memory = float(np.corrcoef(above[:-1], above[1:])[0, 1]) if 0 < share < 1 else 0.0
    independent = len(above) * (1 - memory) / (1 + memory)
    spells = int(above[0]) + int(np.sum(above[1:] & ~above[:-1]))
    others = {level: float((spread > level).mean()) for level in (0.07, 0.09, 0.10)}
    return Shut(
        share,
        math.sqrt(share * (1 - share) / independent),
        above.sum() / max(spells, 1),
        spells,
        len(above),
        others,
    )


def rank_matched(fit: Reversion, spread: Floats, value: float | None = None) -> tuple[float, float]:
    """Start of the spread with the rank of a value in its history, under the fitted law; and that rank."""
    now = spread[-1] if value is None else value
    rank = (float((spread < now).sum()) + 0.5) / (len(spread) + 1)
    return math.exp(fit.level + fit.stationary * float(stats.norm.ppf(rank))), rank


def default_loading(data: Path) -> tuple[float, float, int]:
    """Elasticity of the yearly high-yield default rate to the mean spread of that year."""
    spread = column(data, "ice_bofa_hy_oas_pct", month_number("2025-12"))
    xs, ys = [], []
    for row in rows(data, "hy_default_rates_altman.csv"):
        year = int(row["year"])
        known = [spread[12 * year + m] for m in range(12) if 12 * year + m in spread]
        if len(known) == 12 and float(row["default_rate_pct"]) > 0:
            xs.append(math.log(float(np.mean(known))))
            ys.append(math.log(float(row["default_rate_pct"])))
    fit = stats.linregress(xs, ys)
    return float(fit.slope), float(fit.stderr), len(xs)


def power_volatility(before: int) -> tuple[float, float, int]:
    """Yearly volatility of the US industrial retail price before a year; gaps may be unequal."""
    known = [(year, price) for year, price in EIA_INDUSTRIAL if year < before]
    years = np.asarray([year for year, _ in known], dtype=np.float64)
    logs = np.log([price for _, price in known])
    gaps, moves = np.diff(years), np.diff(logs)
    drift = moves.sum() / gaps.sum()
    variance = float(np.sum((moves - drift * gaps) ** 2 / gaps)) / (len(moves) - 1)
    return math.sqrt(variance), math.sqrt(variance / (2 * (len(moves) - 1))), len(moves)


@dataclass(frozen=True)
class Link:
    """A correlation with its Fisher interval."""

    value: float
    low: float
    high: float
    months: int

    @property
    def is_clear(self) -> bool:
        """Whether zero lies outside the 95 % interval."""
        return self.low > 0 or self.high < 0


def correlate(one: Series, other: Series) -> Link | None:
    """Correlation over common months; None with fewer than twelve."""
    months = sorted(set(one) & set(other))
    if len(months) < 12:
        return None
    r = float(np.corrcoef([one[m] for m in months], [other[m] for m in months])[0, 1])
    z, half = math.atanh(r), 1.96 / math.sqrt(len(months) - 3)
    return Link(r, math.tanh(z - half), math.tanh(z + half), len(months))


def changes(path: Series, *, in_logs: bool = False) -> Series:
    """Month-on-month changes."""
    shown = {m: math.log(v) for m, v in path.items()} if in_logs else path
    return {m: v - shown[m - 1] for m, v in shown.items() if m - 1 in shown}

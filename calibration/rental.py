"""Rental quotes to parameters of the compute factor: trend, regimes, mean reversion, volatility, tails."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from calibration.records import month_number, rows

Floats = NDArray[np.float64]
Series = dict[int, float]
CHAINS = ("A100", "H100", "H200", "B200")
SPOT = ("K80", "T4", "V100", "V100-32GB", "A10G", "A100")
"""H100 spot is left out: 39 zone-months, fewer than nine monthly changes."""
GLUT_FROM, SHORTAGE_FROM = month_number("2023-07"), month_number("2026-01")
LOOSE = 0.25
"""Error of the common share where nothing or one pair measures it."""
DEGREES = (4, 6, 8, 10, 12, 14, 16, 20, 24, 30)


@dataclass(frozen=True)
class Quotes:
    """Monthly log changes by machine: matched rate cards and spot."""

    cards: dict[str, Series]
    weights: dict[str, Series]
    spot: dict[str, Series]
    until: int

    def pooled(self) -> tuple[list[int], Floats, Floats]:
        """Months, mean change over machines weighted by matched quotes, and number of quotes."""
        months = sorted(set().union(*self.cards.values()))
        changes, counts = [], []
        for month in months:
            present = [(self.cards[m][month], self.weights[m][month]) for m in self.cards if month in self.cards[m]]
            counts.append(sum(weight for _, weight in present))
            changes.append(sum(change * weight for change, weight in present) / counts[-1])
        return months, np.asarray(changes), np.asarray(counts)


def read_quotes(data: Path, until: str) -> Quotes:
    """All quotes up to and including a month."""
    last = month_number(until)
    cards: dict[str, Series] = {}
    weights: dict[str, Series] = {}
    for machine in CHAINS:
        known = [
            row
            for row in rows(data, f"gpu_rental/chain_{machine}.csv")
            if row["dlog"] and month_number(row["month"]) <= last
        ]
        if known:
            cards[machine] = {month_number(row["month"]): float(row["dlog"]) for row in known}
            weights[machine] = {month_number(row["month"]): float(row["n_matched"]) for row in known}
    return Quotes(cards, weights, _spot(data, last), last)


def _spot(data: Path, last: int) -> dict[str, Series]:
    """Mean over zones of the monthly log change, by chip, where the zone was seen in both months."""
    prices: dict[tuple[str, str], Series] = defaultdict(dict)
    for row in rows(data, "gpu_rental/aws_spot_by_zone_monthly.csv"):
        month = month_number(row["month"])
        if month <= last and row["gpu_model"] in SPOT:
            prices[row["gpu_model"], row["zone"]][month] = math.log(float(row["median"]))
    moves: dict[str, dict[int, list[float]]] = {chip: defaultdict(list) for chip in SPOT}
    for (chip, _), path in prices.items():
        for month, price in path.items():
            if month - 1 in path:
                moves[chip][month].append(price - path[month - 1])
    return {chip: {m: float(np.mean(v)) for m, v in sorted(found.items())} for chip, found in moves.items()}


@dataclass(frozen=True)
class Spread:
    """Yearly volatility of one machine's rent and how much of it is common."""

    cards: float
    spot: float
    common_share: float
    common_error: float
    pairs: str

    @property
    def total(self) -> float:
        """Geometric middle of the smoothed and the unsmoothed measure."""
        return math.sqrt(self.cards * self.spot)

    @property
    def error(self) -> float:
        """A quarter of the log distance between the two, as if they were two errors either side."""
        return self.total * math.log(self.spot / self.cards) / 4


def volatility(quotes: Quotes) -> Spread:
    """Volatility and common share; a pair of machines counts with twelve common months."""
    cards = _middle_volatility(quotes.cards)
    spot = _middle_volatility(quotes.spot)
    for pairs, moves in (("rate cards", quotes.cards), ("spot prices", quotes.spot)):
        found = np.asarray(_correlations(moves))
        if len(found) > 0:
            error = float(found.std(ddof=1) / math.sqrt(len(found))) if len(found) > 1 else LOOSE
            return Spread(cards, spot, float(found.mean()), error, f"{len(found)} pairs of {pairs}")
    return Spread(cards, spot, 0.5, LOOSE, "none: no pair has twelve common months, one half is assumed")


def _middle_volatility(moves: dict[str, Series]) -> float:
    yearly = [np.std(list(path.values()), ddof=1) * math.sqrt(12) for path in moves.values() if len(path) >= 5]
    return float(np.median(yearly))


def _correlations(moves: dict[str, Series], least: int = 12) -> list[float]:
    found = []
    for one, other in itertools.combinations(sorted(moves), 2):
        months = sorted(set(moves[one]) & set(moves[other]))
        if len(months) >= least:
            found.append(float(np.corrcoef([moves[one][m] for m in months], [moves[other][m] for m in months])[0, 1]))
    return found


def tail_degrees(quotes: Quotes) -> tuple[int, float, float, int]:
    """Even Student-t degrees of freedom of monthly changes, its 95 % likelihood range, their number."""
    pieces = [np.asarray(list(path.values())) for path in (*quotes.cards.values(), *quotes.spot.values())]
    shocks = np.concatenate([(x - x.mean()) / x.std(ddof=1) for x in pieces if len(x) >= 12])
    grid = np.arange(2.2, 60.0, 0.1)
    likelihood = np.asarray([_student(shocks, degrees) for degrees in grid])
    inside = grid[likelihood > likelihood.max() - 1.92]
    best = max(DEGREES, key=lambda degrees: _student(shocks, degrees))
    return best, float(inside[0]), float(inside[-1]), len(shocks)


def _student(shocks: Floats, degrees: float) -> float:
    scale = math.sqrt((degrees - 2) / degrees)
    return float(np.sum(stats.t.logpdf(shocks / scale, degrees)) - len(shocks) * math.log(scale))


@dataclass(frozen=True)
class Cycle:
    """Two-level mean-reverting path fitted to the pooled rate cards at one speed."""

    speed: float
    gap: float
    gap_error: float
    last: float
    """Common factor at the last month, measured from the middle of the two levels."""
    likelihood: float


def fit_cycle(quotes: Quotes, drift: float, speed: float) -> Cycle:
    """Least squares for the gap between the levels and the first position, regimes dated as known."""
    months, changes, counts = quotes.pooled()
    in_shortage = [not GLUT_FROM <= month < SHORTAGE_FROM for month in months]
    pull = -math.expm1(-speed / 12)

    def path(first: float, gap: float) -> tuple[Floats, float]:
        x, steps = first, []
        for shortage in in_shortage:
            step = ((gap if shortage else -gap) / 2 - x) * pull
            steps.append(step)
            x += step
        return np.asarray(steps), x

    design = np.column_stack([path(1.0, 0.0)[0], path(0.0, 1.0)[0]])
    root = np.sqrt(counts)
    target = changes + drift / 12
    solved, *_ = np.linalg.lstsq(design * root[:, None], target * root, rcond=None)
    residual = (target - design @ solved) * root
    scale = float(residual @ residual) / (len(months) - 2)
    covariance = np.linalg.inv((design * root[:, None]).T @ (design * root[:, None])) * scale
    likelihood = -len(months) / 2 * math.log(float(residual @ residual))
    first, gap = float(solved[0]), float(solved[1])
    return Cycle(speed, gap, math.sqrt(float(covariance[1, 1])), path(first, gap)[1], likelihood)


def speed_range(quotes: Quotes, drift: float, amplitude: float) -> tuple[Cycle, float, float]:
    """Speed whose fitted gap equals the swing seen in contract prices, and the 95 % range of speed."""
    fits = [fit_cycle(quotes, drift, float(speed)) for speed in np.arange(0.05, 4.0, 0.01)]
    best = max(fit.likelihood for fit in fits)
    inside = [fit.speed for fit in fits if fit.likelihood > best - 1.92]
    chosen = min(fits, key=lambda fit: abs(fit.gap - amplitude))
    return chosen, inside[0], inside[-1]


def shortage_probability(quotes: Quotes, into_shortage: float, into_glut: float, drift: float) -> tuple[float, float]:
    """Filtered probability of shortage at the last month, and the monthly noise used.

    The glut drift is measured between the peak of 2023 and the date; the shortage drift is its mirror image
    about the trend, so that nothing learned later enters.
    """
    months, changes, _ = quotes.pooled()
    glut = [c for m, c in zip(months, changes, strict=True) if GLUT_FROM <= m < min(SHORTAGE_FROM, quotes.until + 1)]
    slope = float(np.mean(glut)) + drift / 12
    noise = float(np.std(changes, ddof=1))
    stay_glut, stay_shortage = math.exp(-into_shortage / 12), math.exp(-into_glut / 12)
    shortage = 0.5
    for change in changes:
        prior = shortage * stay_shortage + (1 - shortage) * (1 - stay_glut)
        excess = change + drift / 12
        odds = prior / (1 - prior) * math.exp(-2 * slope * excess / noise**2)
        shortage = odds / (1 + odds)
    return shortage, noise


def trend(quotes: Quotes) -> tuple[float, float, int]:
    """Mean yearly log fall of the pooled rate cards to date, its random-walk error, and months."""
    months, changes, _ = quotes.pooled()
    years = len(months) / 12
    spread = volatility(quotes)
    return -float(changes.sum()) / years, spread.total * math.sqrt(spread.common_share / years), len(months)


def spot_trend(quotes: Quotes) -> tuple[float, float, int]:
    """Mean over chips of the yearly log fall of spot prices, its error between chips, and number of chips."""
    falls = np.asarray([-12 * float(np.mean(list(path.values()))) for path in quotes.spot.values() if len(path) >= 5])
    return float(falls.mean()), float(falls.std(ddof=1) / math.sqrt(len(falls))), len(falls)

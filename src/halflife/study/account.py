"""What a liquidation brought: bands, claims, the way from paper to cash, and what the answer hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from halflife.facts import load_liquidation
from halflife.foundation.axes import Floats
from halflife.foundation.words import counted, percent
from halflife.results.sale import LEVELS, Claim, Figure, Spread
from halflife.study.seized import Known

SOME_PATHS = 0.05
"""Share of the paths that must sell in a month for a price to be shown."""
THIRDS = 3


class Walked(NamedTuple):
    """The sale by month and path, months 1 on: ``[month, path]``.

    sold : machines;  price : share of that month's appraised value;  worth : appraised USD per machine
    proceeds : USD net of all cost;  costs : USD
    """

    sold: Floats
    price: Floats
    worth: Floats
    proceeds: Floats
    costs: Floats

    @property
    def gross(self) -> Floats:
        """What buyers pay: ``[month, path]``, USD."""
        paid: Floats = self.sold * self.worth * self.price
        return paid

    @property
    def net(self) -> Floats:
        """What the lenders get: ``[path]``, USD."""
        total: Floats = self.proceeds.sum(axis=0)
        return total

    @property
    def first(self) -> Floats:
        """Month of the first sale: ``[path]``."""
        return np.asarray(1.0 + np.argmax(self.sold > 0.0, axis=0), dtype=np.float64)

    @property
    def last(self) -> Floats:
        """Month of the last sale: ``[path]``."""
        return np.asarray(len(self.sold) - np.argmax(self.sold[::-1] > 0.0, axis=0), dtype=np.float64)

    def present_value(self, rate: float) -> Floats:
        """Proceeds discounted to month 0 at a yearly rate: ``[path]``, USD."""
        months = np.arange(1, len(self.sold) + 1)[:, None]
        total: Floats = (self.proceeds * (1.0 + rate) ** (-months / 12.0)).sum(axis=0)
        return total

    def steps(self, paper: float) -> tuple[tuple[str, float], ...]:
        """From paper to cash, mean USD: what each step takes away, and what is left."""
        today, then = self.sold * self.worth[0], self.sold * self.worth
        wait, discount = (today - then).sum(axis=0), (then - self.gross).sum(axis=0)
        appraised = today.sum(axis=0)
        return (
            ("paper value", paper),
            ("appraisal against paper", float(appraised.mean()) - paper),
            ("decline while waiting", -float(wait.mean())),
            ("discount of the sale", -float(discount.mean())),
            ("cost of the sale", -float(self.costs.sum(axis=0).mean())),
            ("cash", float(self.net.mean())),
        )

    def fans(self) -> dict[str, Floats]:
        """Bands by month: ``[level, month]``, month 0 first, cut where the slowest twentieth of paths is done."""
        end = min(int(np.quantile(self.last, 0.95)) + 1, len(self.sold))
        start = np.zeros((1, self.sold.shape[1]))
        sold = np.vstack([start, np.cumsum(self.sold, axis=0)])[: end + 1]
        cash = np.vstack([start, np.cumsum(self.proceeds, axis=0)])[: end + 1]
        received = np.where(self.sold > 0.0, self.price * self.worth, np.nan)[:end]
        worth = np.vstack([self.worth[:1], self.worth])[: end + 1]
        return {
            "price received": np.hstack([np.full((len(LEVELS), 1), np.nan), _bands(received)]),
            "appraised": _bands(worth),
            "share sold": _bands(sold / self.sold.sum(axis=0)),
            "proceeds": _bands(cash),
        }


def _bands(values: Floats) -> Floats:
    """Quantiles by month over the paths that have a number; NaN where too few have one."""
    bands = np.full((len(LEVELS), len(values)), np.nan)
    for month, row in enumerate(values):
        known = row[np.isfinite(row)]
        if known.size >= SOME_PATHS * row.size:
            bands[:, month] = np.quantile(known, np.array(LEVELS) / 100.0)
    return bands


def spread(values: Floats) -> Spread:
    """Mean with its standard error, and the band, of a number over the paths: ``[path]``."""
    low, middle, high = (float(q) for q in np.quantile(values, (0.05, 0.50, 0.95)))
    error = float(values.std(ddof=1) / np.sqrt(values.size)) if np.ptp(values) > 0.0 else 0.0
    return Spread(float(values.mean()), error, low, middle, high)


def over(debt: float, value: Spread) -> Spread:
    """Debt over a value: over its mean (a mean of ratios is ruled by paths with hardly any value), and band by band.

    Notes
    -----
    Standard error by the delta method: ``debt / mean^2`` times that of the mean.
    """
    mean, low, middle, high = (debt / max(amount, 1.0) for amount in (value.mean, value.high, value.middle, value.low))
    return Spread(mean, mean * value.standard_error / max(value.mean, 1.0), low, middle, high)


def pay(claims: Sequence[tuple[str, float]], cash: Floats) -> tuple[Claim, ...]:
    """Pay claims in their order of priority out of the cash of every path.

    Parameters
    ----------
    claims : (name, USD)
    cash : [path], USD
    """
    found, left = [], cash
    for name, owed in claims:
        paid = np.minimum(owed, left)
        share = float((paid >= owed).mean())
        error = float(np.sqrt(share * (1.0 - share) / cash.size))
        found.append(Claim(name, owed, spread(paid), (share, error)))
        left = left - paid
    return tuple(found)


def figures(known: Mapping[str, Known], drawn: Mapping[str, Floats], ltv: Floats) -> tuple[Figure, ...]:
    """Every figure that is drawn, and the middle of the realisable loan to value at its low and its high end."""
    found = []
    for name, one in known.items():
        words = words_of(one)
        if one.span.low == one.span.high:
            found.append(Figure(name, words, one.source))
            continue
        order = np.argsort(drawn[name], kind="stable")
        third = max(order.size // THIRDS, 1)
        ends = (float(np.median(ltv[order[:third]])), float(np.median(ltv[order[-third:]])))
        found.append(Figure(name, words, one.source, *ends))
    return tuple(found)


def words_of(one: Known, *, only_middle: bool = False) -> str:
    """Say a figure as a range with its most likely value, or its middle alone."""
    low, mode, high = one.span
    is_share, places = one.unit.startswith("share"), 2 if one.unit.endswith("/h") else 0
    unit = "" if is_share else f" {one.unit}"
    ends = [percent(x) if is_share else f"{x:,.{places}f}" for x in (low, mode, high)]
    if low == high or only_middle:
        return f"{ends[1]}{unit}"
    likely = "" if abs(mode - 0.5 * (low + high)) < 1e-9 else f", most likely {ends[1]}"
    return f"{ends[0]} to {ends[2]}{unit}{likely}"


def evidence(machine: str, units: int, worth: float, received: float) -> list[str]:
    """What little is known about the market: its depth, and quotes to set beside appraisal and price, USD a machine."""
    facts = load_liquidation().figures
    tally, a_month = facts["retail_units"], facts["retail_units_per_month"].value
    said = [
        f"Depth rests on thin evidence: the {tally.source} counts {tally.value:,.0f} data-centre GPUs sold in three "
        f"years, {a_month:,.0f} a month; {counted(units, 'machine')} are {counted(units / a_month, 'month')} of it. "
        "What dealers and brokers trade is not published: their depth is an assumed range."
    ]
    quote, least = (facts.get(f"{name}_{machine.lower()}") for name in ("dealer_quote", "broker_floor"))
    if quote is not None and quote.low is not None and quote.high is not None:
        said.append(
            f"The appraisal of {worth:,.0f} USD a machine stands beside dealers' asks of {quote.low:,.0f} to "
            f"{quote.high:,.0f} USD ({quote.source}, {quote.date}; no executed price behind them)"
            + (
                "."
                if least is None
                else f", the price received, {received:,.0f} USD on average, beside a broker's floor of "
                f"{least.value:,.0f} USD ({least.source}, {least.date})."
            )
        )
    return said

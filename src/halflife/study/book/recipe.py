"""What a synthetic system is made by: its recipe, and the assumptions of which every one has its reason."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from halflife.foundation.errors import Finding, SpecError

MOST_BORROWERS = 20_000
MOST_LENDERS = 2_000
WORKOUT = 12
"""Months after the last maturity."""
SHORTEST = 12
"""Months that every loan still has to run."""

SIZE_SPREAD = 1.6
"""Standard deviation of the log size of a loan: 1.8 (standard error 0.24) over 30 public loans, leases and vendor
credits on machines, signed 2023 to 2026, of which the ten largest are 82 % of the sum; 1.5 (0.11) over 92 public loans
and notes of the whole sector, top ten 55 %."""
SIZE_MEDIAN = 40e6
"""USD. The public loans' median is 1.0 bn, but the press reports the large ones; an assumption, with no data."""
SIZE_LEAST, SIZE_MOST = 2e6, 25e9
"""USD. The smallest public loan has 20 m, the largest 24.5 bn."""
OFFTAKER_POWER = 1.1
"""Zipf exponent of contracts over offtakers: with 24 the first has 29 % and the first five 64 %. Of public loans on
machines whose customer is named (48 bn USD), 92 % serve three of them."""
SPONSOR_POWER = 0.7
"""Zipf exponent of borrowers over sponsors, who also operate: as in public, one firm stands behind several loans."""
LENDER_SPREAD = 1.2
"""Standard deviation of the log weight with which a lender is chosen; an assumption: holdings are not public."""
HOLDERS = 5
"""Most lenders of one facility; small loans have one or two."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to make.

    Parameters
    ----------
    borrowers, lenders : how many
    seed : of everything; the same seed gives the same file
    months : longest horizon, the workout of 12 months included
    rich : 0 to 1
        Share of borrowers with a reserve account, a junior facility, a second contract, a guarantee and cross-default;
        the others have one fleet, one contract, one facility and one or two covenants.
    channels : 0 to 1, strength of every contagion channel
    offtakers, sponsors : how many there are to choose from
    valuation : day from which the system is seen

    Raises
    ------
    SpecError
        If a number is out of bounds.
    """

    borrowers: int = 100
    lenders: int = 20
    seed: int = 7
    months: int = 60
    rich: float = 0.0
    channels: float = 1.0
    offtakers: int = 24
    sponsors: int = 150
    valuation: datetime.date = datetime.date(2026, 9, 30)

    def __post_init__(self) -> None:
        bounds: Sequence[tuple[str, float, float]] = (
            ("borrowers", 1, MOST_BORROWERS),
            ("lenders", 1, MOST_LENDERS),
            ("seed", 0, 2**63 - 1),
            ("months", SHORTEST + WORKOUT, 240),
            ("rich", 0.0, 1.0),
            ("channels", 0.0, 1.0),
            ("offtakers", 1, 1_000),
            ("sponsors", 1, 10_000),
        )
        findings = [
            Finding(f"recipe: {name}", f"{getattr(self, name)}", f"{low:,} to {high:,}", "choose a number between them")
            for name, low, high in bounds
            if not low <= getattr(self, name) <= high
        ]
        if findings:
            raise SpecError(findings)


class Dice:
    """Uniform numbers of one borrower, offtaker, sponsor or lender, each known by its name.

    Notes
    -----
    Philox4x64-10 (Salmon and others, 2011, Supercomputing) with the seed and the thing's number as its key: what is
    drawn for one thing never depends on how many others there are, and a name that is asked first or last gives the
    same number.
    """

    def __init__(self, seed: int, kind: str, number: int, names: Sequence[str]) -> None:
        raw = np.random.Philox(key=[seed, (_KINDS.index(kind) << 32) + number]).random_raw(len(names))
        uniform = ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        self.drawn: dict[str, float] = dict(zip(names, uniform.tolist(), strict=True))

    def __getitem__(self, name: str) -> float:
        """A number above 0 and below 1."""
        return self.drawn[name]

    def between(self, name: str, low: float, high: float) -> float:
        """Uniform from low to high."""
        return low + (high - low) * self.drawn[name]

    def normal(self, name: str) -> float:
        """Standard normal."""
        return NormalDist().inv_cdf(self.drawn[name])

    def pick(self, name: str, weights: Sequence[float]) -> int:
        """A place, with probability in proportion to its weight."""
        left = self.drawn[name] * math.fsum(weights)
        for place, weight in enumerate(weights):
            left -= weight
            if left < 0.0:
                return place
        return len(weights) - 1


_KINDS = ("borrower", "offtaker", "sponsor", "lender", "holders")


def zipf(number: int, power: float) -> list[float]:
    """Weights 1, 2^-p, 3^-p ... (Zipf's law)."""
    return [(rank + 1.0) ** -power for rank in range(number)]


def million(usd: float) -> str:
    """An amount in m USD with four digits: ``41.37 m USD``."""
    return f"{float(f'{usd / 1e6:.4g}'):.12g} m USD"

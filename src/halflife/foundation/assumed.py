"""Figures that carry more than a number: a source, or an assumption with its reason and its range."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from fractions import Fraction

from halflife.foundation.quantity import Drawn, Quantity, parse_quantity, plain_number

Path = tuple[str | int, ...]
"""Keys and list places from the top of the document down."""

WHOLE_UNITS = frozenset({"month", "unit", "gpu", "asic", "asics"})
"""Units a range is walked through in whole steps."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a public figure was read."""

    value: object
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure that is not public: one value, or a range with an optional most likely value, and why."""

    path: Path
    line: int
    reason: str
    value: object = None
    low: str | None = None
    high: str | None = None
    mode: str | None = None
    note: str = ""

    @property
    def is_range(self) -> bool:
        """Whether the run integrates over it."""
        return self.low is not None

    @property
    def words(self) -> str:
        """The figure as a report prints it: the value, or the range and its most likely value."""
        if not self.is_range:
            return str(self.value)
        return f"{self.low} to {self.high}" + (f", most likely {self.mode}" if self.mode else "")


@dataclass(frozen=True, slots=True)
class End:
    """One end of a range: a number and how to write another number in its place."""

    number: Fraction
    unit: str
    form: Quantity | None

    def write(self, number: Fraction) -> Drawn:
        """The words of this end around another number."""
        if self.form is None:
            return Drawn(datetime.date.fromordinal(round(number)).isoformat())
        if self.unit in WHOLE_UNITS:
            number = Fraction(round(number))
        return Drawn(self.form.rewrite(plain_number(number)))


def read_end(written: object) -> End | None:
    """A range's end from a figure or a date; ``None`` when it is neither."""
    if isinstance(written, bool) or not isinstance(written, (str, int, float)):
        return None
    text = written if isinstance(written, str) else repr(written)
    try:
        return End(Fraction(datetime.date.fromisoformat(text).toordinal()), "date", None)
    except ValueError:
        form = parse_quantity(text)
    return None if form is None else End(form.number, form.unit, form)


@dataclass(frozen=True, slots=True)
class Range:
    """A range the run integrates over: uniform, or triangular when a most likely value is given."""

    path: Path
    low: End
    high: End
    mode: End | None

    def trouble(self) -> tuple[str, str] | None:
        """What was wanted and what to do, when the ends do not make a range."""
        ends = [self.low, self.high] if self.mode is None else [self.low, self.mode, self.high]
        if len({end.unit for end in ends}) > 1:
            return "one unit in the whole range", "write every end in the same unit"
        if ends != sorted(ends, key=lambda end: end.number):
            return "low <= mode <= high", "put the figures in order"
        return None

    @property
    def base(self) -> Drawn:
        """The most likely value, else the middle, in the unit of the low end."""
        return self.low.write((self.low.number + self.high.number) / 2 if self.mode is None else self.mode.number)

    def at(self, u: float) -> Drawn:
        """The figure at quantile `u` between 0 and 1.

        Notes
        -----
        Uniform: ``low + u (high - low)``. Triangular: inverse of the distribution function, Kotz and van Dorp
        (2004), *Beyond Beta*, chapter 1.
        """
        if not 0.0 <= u <= 1.0:
            raise ValueError(f"a quantile lies between 0 and 1, not {u}")
        low, width = self.low.number, self.high.number - self.low.number
        share = u if self.mode is None or width == 0 else _triangular(u, float((self.mode.number - low) / width))
        return self.low.write(low + Fraction(share) * width)


def _triangular(u: float, peak: float) -> float:
    """Quantile of the triangular law on 0 to 1 with its top at `peak`."""
    if u < peak:
        return math.sqrt(u * peak)
    return 1.0 - math.sqrt((1.0 - u) * (1.0 - peak))

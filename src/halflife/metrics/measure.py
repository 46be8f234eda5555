"""What a question about a run is answered with: a number, a curve, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One number.

    Parameters
    ----------
    name, entity : which measure of whom; both as in docs/glossary.md and the axes of the record
    value, unit : the number;  standard_error : in the same unit, None where `note` says why there is none
    formula : how it is computed
    note : what the reader must know besides
    low, high : about 95 % interval where the error is not symmetric
    text : the value in words, for ratings and dates
    """

    name: str
    entity: str
    value: float
    unit: str
    standard_error: float | None
    formula: str
    note: str = ""
    low: float | None = None
    high: float | None = None
    text: str = ""

    def __post_init__(self) -> None:
        numbers = (self.value, self.standard_error, self.low, self.high)
        if not all(number is None or math.isfinite(number) for number in numbers):
            raise ValueError(f"{self.name} of {self.entity} is not a finite number: {numbers}")
        if self.standard_error is None and not self.note:
            raise ValueError(f"{self.name} of {self.entity} has no standard error and does not say why")


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """A measure that this run cannot answer, and why."""

    name: str
    entity: str
    reason: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A row of numbers: by month, by quantile, by cause.

    Parameters
    ----------
    name, entity, label : which curve of whom; `label` tells apart the curves of one name
    at, at_unit : where each number stands: months from the valuation date, a level, or positions of `ticks`
    value, unit, standard_error : the numbers; errors are NaN-free and empty where `note` says why
    ticks : names of the places where they are not numbers
    """

    name: str
    entity: str
    label: str
    at: tuple[float, ...]
    at_unit: str
    value: tuple[float, ...]
    unit: str
    standard_error: tuple[float, ...]
    formula: str
    note: str = ""
    ticks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not all(math.isfinite(number) for number in (*self.at, *self.value, *self.standard_error)):
            raise ValueError(f"curve {self.name} of {self.entity} holds a number that is not finite")
        if not self.standard_error and not self.note:
            raise ValueError(f"curve {self.name} of {self.entity} has no standard errors and does not say why")

"""Numbers as a reader wants them: with their unit, rounded to what their error can bear."""

from __future__ import annotations

import math

from halflife.foundation.words import usd
from halflife.metrics import Measure

SHARES = frozenset({
    "probability", "fraction", "of commitment", "of commitments", "of tranche", "1/yr", "of today's rent"
})  # fmt: skip
RATIOS = frozenset({"ratio", "multiple"})
MOST_DECIMALS = 4


def decimals(error: float | None, usual: int) -> int:
    """Decimals that show one digit of the error, two where it begins with 1 or 2; without one, the usual."""
    if error is None or error <= 1e-12:
        return usual
    place = math.floor(math.log10(error))
    digits = 2 if error / 10.0**place < 2.95 else 1
    return min(max(digits - 1 - place, 0), MOST_DECIMALS)


def share(value: float, error: float | None = None) -> str:
    """A share in percent: ``4.59 %``."""
    return f"{100 * value:.{_share_places(value, error)}f} %"


def _share_places(value: float, error: float | None) -> int:
    usual = 2 if abs(value) < 0.02 else 1 if abs(value) < 0.2 else 0
    return min(decimals(None if error is None else 100 * error, usual), usual + 1)


def shown(measure: Measure) -> str:
    """The value of a measure with its unit."""
    return measure.text or amount(measure.value, measure.unit, measure.standard_error)


def amount(value: float, unit: str, error: float | None = None) -> str:
    """A number with its unit."""
    if unit == "USD":
        return usd(value)
    if unit in SHARES:
        return share(value, error)
    places = _places(unit, error)
    if unit in RATIOS:
        return f"{value:.{places}f}x"
    if unit.startswith("notch"):
        return f"{value:.1f}"
    return f"{value:,.{places}f} {unit}"


def _places(unit: str, error: float | None) -> int:
    """Decimals of a number in a unit that is not a share."""
    if unit in RATIOS:
        return 2
    most, usual = {"bp": (1, 0), "years": (2, 1)}.get(unit, (0, 0))
    return min(most, decimals(error, usual))


def error_of(measure: Measure) -> str:
    """The standard error of a measure, or a dash: the note says why there is none."""
    error, unit = measure.standard_error, measure.unit
    if error is None:
        return "–"
    if error < 1e-12 * max(1.0, abs(measure.value)):
        return "± 0"
    if unit == "USD":
        return f"± {usd(error).removeprefix('USD ')}"
    if unit in SHARES:
        return _error(100 * error, _share_places(measure.value, error), " pp")
    return _error(error, 1 if unit.startswith("notch") else _places(unit, error), "")


def share_error(value: float, error: float) -> str:
    """The standard error of a share, in percentage points."""
    return _error(100 * error, _share_places(value, error), " pp") if error > 0.0 else "± 0"


def _error(error: float, places: int, unit: str) -> str:
    least = 10.0**-places
    return f"± {error:.{places}f}{unit}" if error >= 0.5 * least else f"± <{least:.{places}f}{unit}"


def about(measure: Measure) -> str:
    """Value and error in one phrase for a sentence."""
    error = error_of(measure)
    return shown(measure) if error in ("–", "± 0") else f"{shown(measure)} ({error})"


def number_of(number: int, noun: str) -> str:
    """A number of things, spelt out when small: ``three figures``."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    text = words[number] if 0 <= number < len(words) else f"{number:,}"
    return f"{text} {noun}{'' if number == 1 else 's'}"

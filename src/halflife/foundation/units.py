"""Figures with their units: what may be written, and the plain number it becomes.

Each name is an annotated type for the fields of a `Spec`. Inside, money is USD, rates are decimals per year,
time is months or years. A bare number is refused wherever two readings are possible.
``model_dump(mode="json")`` writes every figure back with its unit; that reads back as the same number.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from halflife.foundation.errors import Refusal
from halflife.foundation.quantity import Drawn, Quantity, parse_quantity

FIGURE_MARK = "x-figure"
"""Key in a raw JSON schema that says which figure a field is; `json_schema` turns it into a reference."""

_PERCENT = Fraction(1, 100)
_BP = Fraction(1, 10_000)
_SCALES = {"": 1, "k": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6, "bn": 10**9, "tn": 10**12}


@dataclass(frozen=True, slots=True)
class Figure:
    """How one kind of figure is written; the marker behind every type of this module.

    wanted : what it is, in words;  examples : accepted forms
    read : written -> value, or a `Refusal`;  write : value -> written;  is_bare : a plain number will do
    """

    name: str
    wanted: str
    examples: tuple[str | int | float, ...]
    read: Callable[[Figure, object], object]
    write: Callable[[Any], str | int | float]
    is_bare: bool = False

    def refuse(self, written: object, why: str) -> Refusal:
        """The refusal of `written`, naming the accepted forms."""
        shown = " or ".join(quote(example) for example in self.examples[:3])
        return Refusal(f"{quote(written)} ({why})", self.wanted, f"write it like {shown}")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda written: self.read(self, written),
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(self.write, when_used="json"),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        kinds = ["number", "string"] if self.is_bare else "string"
        examples = list(self.examples)
        return {"type": kinds, "examples": examples, FIGURE_MARK: self.name, "x-wanted": self.wanted}


def quote(written: object) -> str:
    """What was written, as a message shows it: words in quotation marks, long ones cut."""
    if written is None or isinstance(written, (dict, list)):
        return "nothing" if written is None else "a list" if isinstance(written, list) else "a group of keys"
    if isinstance(written, bool):
        return "true" if written else "false"
    text = str(written)
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"'{text}'" if isinstance(written, str) else text


def _quantity(figure: Figure, written: object) -> Quantity:
    """Number and unit of what was written, or a refusal."""
    if isinstance(written, bool) or not isinstance(written, (str, int, float)):
        raise figure.refuse(written, "not a figure")
    text = repr(float(written)) if isinstance(written, float) else str(written)
    quantity = parse_quantity(text)
    if quantity is None:
        raise figure.refuse(written, "no readable number; a comma only groups thousands")
    return quantity


def _scaled(
    units: Mapping[str, Fraction | int], low: float, high: float, *, is_open: bool = False
) -> Callable[[Figure, object], float]:
    """Reader of a real number in one of `units`, within ``[low, high]`` (``low`` itself refused if open)."""

    def read(figure: Figure, written: object) -> float:
        quantity = _quantity(figure, written)
        if quantity.unit not in units:
            raise figure.refuse(written, _unit_trouble(quantity.unit))
        exact = quantity.number * units[quantity.unit]
        if exact > high:
            raise figure.refuse(written, f"more than {_limit(high, units)}, which cannot be meant")
        if exact < low or (is_open and exact == low):
            raise figure.refuse(written, _too_low(exact, low))
        return float(exact)

    return read


def _limit(high: float, units: Mapping[str, Fraction | int]) -> str:
    return f"{float(high / Fraction(units['%'])):g} %" if "%" in units else f"{high:g}"


def _too_low(exact: Fraction, low: float) -> str:
    if low == 0:
        return "negative" if exact < 0 else "zero"
    return f"below {low:g}"


def _unit_trouble(unit: str) -> str:
    return f"unit '{unit}' does not fit here" if unit else "no unit"


def _whole(units: Mapping[str, Fraction | int], high: int) -> Callable[[Figure, object], int]:
    """Reader of a whole, non-negative number; one drawn from a range is rounded first."""

    def read(figure: Figure, written: object) -> int:
        quantity = _quantity(figure, written)
        if quantity.unit not in units:
            raise figure.refuse(written, _unit_trouble(quantity.unit))
        exact = quantity.number * units[quantity.unit]
        if exact < 0:
            raise figure.refuse(written, "negative")
        if exact > high:
            raise figure.refuse(written, f"more than {high:,}, which cannot be meant")
        if exact.denominator != 1 and not isinstance(written, Drawn):
            raise figure.refuse(written, "not a whole number")
        return round(exact)

    return read


def _per(scale: Mapping[str, Fraction | int], *per: str) -> dict[str, Fraction | int]:
    return {f"{unit}/{time}": factor for unit, factor in scale.items() for time in per}


def _times(scale: Mapping[str, Fraction | int], factor: Fraction | int) -> dict[str, Fraction | int]:
    return {unit: number * factor for unit, number in scale.items()}


_DOLLARS: dict[str, Fraction | int] = {
    **{f"{scale}usd": factor for scale, factor in _SCALES.items()},
    **{f"usd{scale}": factor for scale, factor in _SCALES.items()},
}
_PARTS: dict[str, Fraction | int] = {"%": _PERCENT, "bp": _BP}
_PER_YEAR: dict[str, Fraction | int] = {**_PARTS, **_per(_PARTS, "yr")}
_HOURS = ("h", "gpu-h", "gpuh", "gpu/h", "unit-h", "unith", "unit/h", "asic-h")
_TIME_MONTHS: dict[str, Fraction | int] = {"month": 1, "yr": 12, "quarter": 3, "quarters": 3}
_YEAR_DOLLARS = {**_per(_DOLLARS, "yr"), **_times(_per(_DOLLARS, "month"), 12)}


def _writer(unit: str, power: int = 0) -> Callable[[float], str]:
    """Writer of a value times ten to a power, digit by digit: it reads back as the same float."""

    def write(value: float) -> str:
        exact = Decimal(repr(float(value))).scaleb(power).normalize()
        is_tiny = 0 < abs(exact) < Decimal("1e-9")
        return f"{exact} {unit}" if is_tiny else f"{exact:f} {unit}"

    return write


RATING_SCALE = (
    "AAA", "AA+", "AA", "AA-", "A+", "A", "A-", "BBB+", "BBB", "BBB-",
    "BB+", "BB", "BB-", "B+", "B", "B-", "CCC+", "CCC", "CCC-",
)  # fmt: skip
"""S&P letters from best to worst; the place in this tuple is the notch."""

_MOODYS = (
    "Aaa", "Aa1", "Aa2", "Aa3", "A1", "A2", "A3", "Baa1", "Baa2", "Baa3",
    "Ba1", "Ba2", "Ba3", "B1", "B2", "B3", "Caa1", "Caa2", "Caa3",
)  # fmt: skip
_LETTERS = {letter.upper(): letter for letter in RATING_SCALE} | {
    moodys.upper(): letter for moodys, letter in zip(_MOODYS, RATING_SCALE, strict=True)
}


def _read_rating(figure: Figure, written: object) -> str:
    if not isinstance(written, str):
        raise figure.refuse(written, "not a rating")
    letter = _LETTERS.get("".join(written.replace("\u2212", "-").upper().split()))
    if letter is None:
        raise figure.refuse(written, "not on the scale")
    return letter


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _read_date(figure: Figure, written: object) -> datetime.date:
    if isinstance(written, datetime.date) and not isinstance(written, datetime.datetime):
        day = written
    elif isinstance(written, str) and _ISO.fullmatch(written.strip()):
        try:
            day = datetime.date.fromisoformat(written.strip())
        except ValueError as error:
            raise figure.refuse(written, "no such day") from error
    else:
        raise figure.refuse(written, "not a date")
    if not 1950 <= day.year <= 2150:
        raise figure.refuse(written, "outside 1950 to 2150")
    return day


Usd = Annotated[float, Figure(
    "Usd", "an amount in US dollars, not negative", ("8.5 bn USD", "USD 8,500 m", "$8.5bn", "1_250 USD"),
    _scaled(_DOLLARS, 0, 1e15), _writer("USD"))]  # fmt: skip
"""USD, non-negative."""

Rate = Annotated[float, Figure(
    "Rate", "a rate per year in % or bp, not negative", ("5.9 %", "590 bp", "5.9 %/yr"),
    _scaled(_PER_YEAR, 0, 10), _writer("%/yr", 2))]  # fmt: skip
"""Decimal per year, non-negative."""

SignedRate = Annotated[float, Figure(
    "SignedRate", "a rate per year in % or bp, of either sign", ("-29 %/yr", "5.9 %", "-150 bp"),
    _scaled(_PER_YEAR, -10, 10), _writer("%/yr", 2))]  # fmt: skip
"""Decimal per year, either sign."""

Margin = Annotated[float, Figure(
    "Margin", "a margin in bp or % per year, not negative", ("225 bp", "2.25 %"),
    _scaled(_PER_YEAR, 0, 1), _writer("bp", 4))]  # fmt: skip
"""Decimal per year, non-negative."""

Share = Annotated[float, Figure(
    "Share", "a share between 0 % and 100 %, written in %", ("90 %", "12.5 %"),
    _scaled({"%": _PERCENT}, 0, 1), _writer("%", 2))]  # fmt: skip
"""Decimal from 0 to 1."""

Ratio = Annotated[float, Figure(
    "Ratio", "a positive ratio, a bare number or with x", ("1.20x", 1.35),
    _scaled({"": 1, "x": 1}, 0, 1e6, is_open=True), _writer("x"), is_bare=True)]  # fmt: skip
"""Positive number."""

Factor = Annotated[float, Figure(
    "Factor", "a plain number of either sign", (0.35, -1.2),
    _scaled({"": 1}, -1e9, 1e9), float, is_bare=True)]  # fmt: skip
"""Real number."""

Loading = Annotated[float, Figure(
    "Loading", "a plain number from -1 to 1", (0.35, -0.2),
    _scaled({"": 1}, -1, 1), float, is_bare=True)]  # fmt: skip
"""Real number from -1 to 1."""

Months = Annotated[int, Figure(
    "Months", "a whole number of months", ("72 months", "6 years", "18 mo"),
    _whole(_TIME_MONTHS, 1200), lambda months: f"{months} months")]  # fmt: skip
"""Whole months, non-negative."""

Years = Annotated[float, Figure(
    "Years", "a time in years or months, not negative", ("6 years", "2.5 yr", "18 months"),
    _scaled(_times(_TIME_MONTHS, Fraction(1, 12)), 0, 100), _writer("years"))]  # fmt: skip
"""Years, non-negative."""

UsdPerHour = Annotated[float, Figure(
    "UsdPerHour", "US dollars per machine-hour, not negative", ("2.50 USD/h", "2.50 USD/GPU-h", "$2.50/h"),
    _scaled(_per({"usd": 1}, *_HOURS), 0, 1e5), _writer("USD/h"))]  # fmt: skip
"""USD per hour, non-negative."""

UsdPerKwh = Annotated[float, Figure(
    "UsdPerKwh", "a power price in US dollars, not negative", ("0.0866 USD/kWh", "86.6 USD/MWh"),
    _scaled({"usd/kwh": 1, "usd/mwh": Fraction(1, 1000), "cents/kwh": _PERCENT}, 0, 100),
    _writer("USD/kWh"))]  # fmt: skip
"""USD per kWh, non-negative."""

Kilowatt = Annotated[float, Figure(
    "Kilowatt", "a power draw, not negative", ("1.4 kW", "700 W", "32 MW"),
    _scaled({"w": Fraction(1, 1000), "kw": 1, "mw": 1000, "gw": 10**6}, 0, 1e8), _writer("kW"))]  # fmt: skip
"""kW, non-negative."""

UsdPerYear = Annotated[float, Figure(
    "UsdPerYear", "US dollars per year, not negative", ("1500 USD/yr", "30 m USD/yr", "125 USD/month"),
    _scaled(_YEAR_DOLLARS, 0, 1e15), _writer("USD/yr"))]  # fmt: skip
"""USD per year, non-negative."""

UsdPerMonth = Annotated[float, Figure(
    "UsdPerMonth", "US dollars per month, not negative", ("30 USD/month", "360 USD/yr"),
    _scaled(_times(_YEAR_DOLLARS, Fraction(1, 12)), 0, 1e15), _writer("USD/month"))]  # fmt: skip
"""USD per month, non-negative."""

Count = Annotated[int, Figure(
    "Count", "a whole number of units, not negative", (2304, "2,304", "2304 units"),
    _whole({"": 1, "unit": 1, "gpu": 1, "asics": 1, "asic": 1}, 10**9), int, is_bare=True)]  # fmt: skip
"""Whole number, non-negative."""

Date = Annotated[datetime.date, Figure(
    "Date", "a day as year-month-day", ("2026-03-31",), _read_date, datetime.date.isoformat)]  # fmt: skip
"""Calendar day."""

Rating = Annotated[str, Figure(
    "Rating", "a rating from AAA to CCC- (or Moody's Aaa to Caa3)", ("BBB-", "A", "Baa3"),
    _read_rating, str)]  # fmt: skip
"""S&P letter; Moody's letters are mapped to it."""

Volatility = Annotated[float, Figure(
    "Volatility", "a volatility in % per square root of a year, not negative", ("35 %/sqrt(yr)", "35 %"),
    _scaled({"%": _PERCENT, "%/sqrt(yr)": _PERCENT, "%/sqrtyr": _PERCENT}, 0, 10),
    _writer("%/sqrt(yr)", 2))]  # fmt: skip
"""Decimal per square root of a year, non-negative."""

Intensity = Annotated[float, Figure(
    "Intensity", "how often per year, not negative", ("0.5 /yr", "0.5 per year", "50 %/yr"),
    _scaled({"/yr": 1, "%/yr": _PERCENT, "/month": 12}, 0, 1e4), _writer("/yr"))]  # fmt: skip
"""Events per year, non-negative."""

Hashrate = Annotated[float, Figure(
    "Hashrate", "a hash rate, positive", ("1,000 EH/s", "110 TH/s", "25 PH/s"),
    _scaled({"th/s": 1, "ph/s": 10**3, "eh/s": 10**6, "th": 1, "ph": 10**3, "eh": 10**6}, 0, 1e12, is_open=True),
    _writer("TH/s"))]  # fmt: skip
"""TH/s, positive."""

JoulePerTera = Annotated[float, Figure(
    "JoulePerTera", "energy per hash, positive", ("17.5 J/TH", "29.5 W/TH"),
    _scaled({"j/th": 1, "w/th": 1}, 0, 1e6, is_open=True), _writer("J/TH"))]  # fmt: skip
"""J/TH, positive."""

Hashprice = Annotated[float, Figure(
    "Hashprice", "what a hash rate earns, positive", ("35 USD/PH/day", "0.035 USD/TH/day"),
    _scaled({"usd/ph/day": 1, "usd/th/day": 1000}, 0, 1e9, is_open=True), _writer("USD/PH/day"))]  # fmt: skip
"""USD per PH/s and day, positive."""

Coins = Annotated[float, Figure(
    "Coins", "an amount of coins, not negative", (1200, "2,616.5 BTC", "3.125 BTC"),
    _scaled({"": 1, "btc": 1, "eth": 1, "coins": 1, "coin": 1}, 0, 1e12), float, is_bare=True)]  # fmt: skip
"""Number of coins, non-negative."""

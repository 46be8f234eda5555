"""A number and its unit, as a deal lawyer writes them: ``8.5 bn USD``, ``$2.50/GPU-h``, ``1_250 units``.

Numbers are kept exact (`Fraction`) to the very end, so that ``5.9 %`` is the float 0.059 and not a neighbour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

LONGEST = 80

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:_\d{3})+|\d{1,30})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?"
_WRITTEN = re.compile(
    rf"(?P<lead>[+-]?\s*(?:US\$|\$|USD)?\s*)(?P<number>[+-]?{_NUMBER})(?P<rest>(?![\d.,_]).*)",
    re.ASCII | re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+")
_PHRASES = (
    ("us$", "usd"),
    ("$", "usd"),
    ("p.a.", "/yr"),
    ("√", "sqrt"),
    (" a year", "/yr"),
    (" a month", "/month"),
)
_WORDS = {
    **dict.fromkeys(("y", "yrs", "year", "years", "annum"), "yr"),
    **dict.fromkeys(("mo", "mos", "mth", "mths", "months"), "month"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("percent", "pct"), "%"),
    **dict.fromkeys(("bps", "bip", "bips"), "bp"),
    **dict.fromkeys(("mn", "mm", "mio", "million", "millions"), "m"),
    **dict.fromkeys(("b", "billion", "billions"), "bn"),
    **dict.fromkeys(("thousand", "thousands"), "k"),
    **dict.fromkeys(("trillion", "trillions"), "tn"),
    **dict.fromkeys(("units", "machine", "machines", "gpus"), "unit"),
    **dict.fromkeys(("times",), "x"),
    "dollars": "usd",
    "dollar": "usd",
    "per": "/",
}


class Drawn(str):
    """A figure taken from inside an assumed range: whole-number types round it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, its unit in one normal form, and the text around the number as it was written."""

    number: Fraction
    unit: str
    lead: str
    rest: str

    def rewrite(self, number: str) -> str:
        """The same words around another number."""
        return f"{self.lead}{number}{self.rest}"


def parse_quantity(written: str) -> Quantity | None:
    """Split text into number and unit; ``None`` when it does not start with a readable number.

    A comma or underscore groups thousands and nothing else: ``8,5`` is refused, since it is 8.5 to one reader
    and a slip of the pen to another.
    """
    if len(written) > LONGEST:
        return None
    text = written.replace("\u2212", "-").replace("\u00a0", " ").replace("\u202f", " ").strip()
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    lead, digits, rest = match["lead"], match["number"], match["rest"]
    sign = -1 if lead.startswith("-") else 1
    if lead[:1] in ("+", "-") and digits[:1] in ("+", "-"):
        return None
    if lead.strip() in ("+", "-"):
        lead, digits, sign = "", lead.strip() + digits, 1
    number = sign * Fraction(digits.replace(",", "").replace("_", ""))
    has_currency = bool(lead.strip("+- \t"))
    return Quantity(number, _normal_unit(rest, has_currency=has_currency), lead.lstrip("+-"), rest)


def _normal_unit(rest: str, *, has_currency: bool) -> str:
    """One spelling per unit: small letters, no blanks, ``/`` for per, a leading dollar sign moved behind."""
    text = rest.lower()
    for phrase, normal in _PHRASES:
        text = text.replace(phrase, normal)
    text = _WORD.sub(lambda word: _WORDS.get(word[0], word[0]), text)
    text = "".join(text.split())
    if has_currency:
        scale, slash, per = text.partition("/")
        text = f"{scale}usd{slash}{per}"
    return text


def plain_number(value: float | Fraction) -> str:
    """Shortest text that reads back as the same float."""
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text

"""Amounts of levers, lines and numbers of studies of one deal, in words."""

from __future__ import annotations

import math

from halflife.facts import letter
from halflife.metrics.sample import Estimated
from halflife.metrics.stress import Moved
from halflife.report.numbers import amount as amount_of
from halflife.report.numbers import share, share_error

LABELS = {
    "rent_decline": "rents fall faster",
    "rent_level": "level of rents",
    "rent_volatility": "volatility of rents",
    "successor_date": "successors come later",
    "successor_size": "successors take more",
    "depth": "depth of resale",
    "resale_floor": "floor of resale prices",
    "offtaker_pd": "customers' hazard",
    "operator_pd": "operator's hazard",
    "dependence": "dependence on the cycle",
    "recovery": "recovery from parties",
    "utilisation": "use in the open market",
    "realisation": "share of posted rent",
    "contract_price": "contract prices",
    "power_price": "price of power",
    "upkeep": "hosting, maintenance",
    "construction_delay": "deliveries are late",
    "interest_rate": "short rate",
    "credit_spread": "high-yield spreads",
    "time_to_seize": "time to seize",
    "sale_cost": "cost of a sale",
}
"""Levers, short enough to stand beside a chart."""
POINTS = ("probability", "fraction", "of commitment", "1/yr")
"""Units of quantities that are read in per cent."""


def label(lever: str) -> str:
    """A lever in a few words."""
    return LABELS.get(lever, lever.replace("_", " "))


def amount_words(kind: str, amount: float) -> str:
    """An amount of a lever: ``+5.0 pp a year``, ``×1.50``, ``+6 months``."""
    if kind == "multiple":
        return f"×{amount:.3g}" if amount < 100.0 else f"×{amount:.0f}"
    sign = "+" if amount > 0.0 else "−" if amount < 0.0 else "±"
    if kind == "months":
        return f"{sign}{abs(amount):.3g} months"
    places = 0 if abs(100.0 * amount - round(100.0 * amount)) < 1e-9 else 1
    unit = {"rate": " pp a year", "share": " pp", "change": " %"}[kind]
    return f"{sign}{abs(100.0 * amount):.{places}f}{unit}"


def error_words(kind: str, error: float) -> str:
    """The standard error of an amount."""
    if not math.isfinite(error):
        return "not known: flat there"
    if kind == "multiple":
        return f"± {error:.2g}"
    return f"± {error:.2g} months" if kind == "months" else f"± {100.0 * error:.2g} pp"


def level_words(moved: Moved) -> str:
    """What a lever stands at."""
    if moved.level is None:
        return ""
    return f"{moved.level_words} {level_number(moved)}"


def level_number(moved: Moved) -> str:
    """The level of a lever with its unit."""
    level, unit = moved.level, moved.level_unit
    if level is None:
        return ""
    if unit == "share":
        return share(level)
    if unit == "number":
        return f"{level:.2f}"
    if unit in ("months", "machines"):
        return f"{level:,.0f} {unit}"
    return f"{level:,.0f} {unit}" if unit == "USD" else f"{level:.3g} {unit}"


def number(unit: str, found: Estimated) -> str:
    """A quantity, without its error."""
    if unit.startswith("notch"):
        return letter(found.value)
    if unit == "bp":
        return f"{found.value:,.0f} bp"
    return f"{found.value:.2f}x" if unit in ("ratio", "multiple") else amount_of(found.value, unit, found.error)


def number_error(unit: str, found: Estimated) -> str:
    """The standard error of a quantity."""
    if unit in POINTS:
        return share_error(found.value, found.error)
    if unit.startswith("notch"):
        return f"± {found.error:.1f} notches"
    if unit in ("ratio", "multiple"):
        return f"± {found.error:.2f}" if found.error >= 0.005 else "± <0.01"
    return f"± {found.error:,.0f} bp"


def change_words(unit: str, change: Estimated) -> str:
    """A change of a quantity with its sign and error."""
    value, error = abs(change.value), change.error
    if value == 0.0 and error == 0.0:
        return "no change"
    sign = "−" if change.value < 0.0 else "+"
    if unit in POINTS:
        places = 1 if max(value, error) >= 0.02 else 3 if 0.0 < error < 1e-4 else 2
        return f"{sign}{100 * value:.{places}f} pp (± {100 * error:.{places}f})"
    if unit.startswith("notch"):
        return f"{sign}{value:.1f} notches (± {error:.1f})"
    if unit == "bp":
        return f"{sign}{value:,.0f} bp (± {error:,.0f})"
    return f"{sign}{value:.2f} (± {error:.2f})"


def level_of(unit: str, level: float) -> str:
    """The level of a line."""
    if unit.startswith("notch"):
        return letter(level - 0.5)
    return number(unit, Estimated(level, 0.0)) if unit not in POINTS else f"{100 * level:g} %"


def plain(one: object) -> object:
    """Ready for JSON: estimates as ``{"value", "standard_error"}``, what is not finite as null."""
    if isinstance(one, Estimated):
        return {"value": plain(one.value), "standard_error": plain(one.error)}
    if isinstance(one, float):
        return one if math.isfinite(one) else None
    if isinstance(one, (list, tuple)):
        return [plain(item) for item in one]
    if isinstance(one, dict):
        return {str(key): plain(item) for key, item in one.items()}
    fields = getattr(one, "__dataclass_fields__", None)
    return one if fields is None else {name: plain(getattr(one, name)) for name in fields}

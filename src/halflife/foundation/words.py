"""Numbers as a credit officer says them."""

from __future__ import annotations

_SCALES = ((1e9, " bn"), (1e6, " m"), (1e3, " k"))


def usd(amount: float) -> str:
    """An amount in USD, scaled: ``USD 8.50 bn``; less than half a dollar is ``nothing``."""
    if abs(amount) < 0.5:
        return "nothing"
    sign = "-" if amount < 0 else ""
    for scale, name in _SCALES:
        if abs(amount) >= scale:
            return f"{sign}USD {abs(amount) / scale:.2f}{name}"
    return f"{sign}USD {abs(amount):.0f}"


def percent(share: float) -> str:
    """A share in percent with one decimal."""
    return f"{100 * share:.1f} %"


def counted(number: float, noun: str) -> str:
    """A number of things: ``1 month``, ``2,304 machines``."""
    return f"{number:,.0f} {noun}{'' if round(number) == 1 else 's'}"

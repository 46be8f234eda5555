"""What the machines of one path are worth in one month, in plain words."""

from __future__ import annotations

from halflife.foundation.words import counted, percent, usd

MUCH = 0.05
"""Share by which a value moves in a month before it is news."""


def worth(units: float, appraised: float, orderly: float, forced: float, paper: float) -> str:
    """Say the values of a borrower's machines and where the books differ from the market.

    Parameters
    ----------
    units : machines still held
    appraised, orderly, forced, paper : USD, all of them together
    """
    if appraised <= 0.0:
        return f"The machines are not worth running; the books still say {usd(paper)}."
    values = f"orderly sale {usd(orderly)}, forced sale {usd(forced)}, books {usd(paper)}"
    gap = "" if forced <= 0.0 else f"; the books are {paper / forced:.1f} times the forced value"
    return f"{counted(units, 'machine')} appraised at {usd(appraised)}; {values}{gap}."


def change(fleet: str, before: float, now: float) -> str | None:
    """Say that the appraised value of one machine (USD) moved much since the month before, or nothing."""
    if before <= 0.0:
        return None if now <= 0.0 else f"{fleet}: the machines are worth running again, {usd(now)} each."
    move = now / before - 1.0
    if abs(move) < MUCH:
        return None
    return f"{fleet}: the value of one machine is {'up' if move > 0 else 'down'} {percent(abs(move))} to {usd(now)}."

"""What the machines of one path are worth in one month, in plain words."""

from __future__ import annotations


def worth(machine: str, units: float, unit: float, orderly: float, forced: float, paper: float) -> str:
    """Say the values of a fleet and where the books differ from the market.

    Parameters
    ----------
    machine : name
    units : machines still held
    unit : USD, appraised value of one of them
    orderly, forced, paper : USD, whole fleet
    """
    if unit <= 0.0:
        return f"{machine}: not worth running; the books still say {_millions(paper)}."
    values = f"orderly sale {_millions(orderly)}, forced sale {_millions(forced)}, books {_millions(paper)}"
    gap = "" if forced <= 0.0 else f"; the books are {paper / forced:.1f} times the forced value"
    return f"{machine}: {units:,.0f} machines at {unit:,.0f} USD each; {values}{gap}."


def change(machine: str, before: float, now: float) -> str:
    """Say how the appraised value of one machine (USD) moved since the month before."""
    if before <= 0.0:
        return f"{machine}: worthless before and now." if now <= 0.0 else f"{machine}: worth running again."
    move = now / before - 1.0
    if abs(move) < 0.0005:
        return f"{machine}: value of one machine unchanged."
    return f"{machine}: value of one machine {'up' if move > 0 else 'down'} {abs(move):.1%}."


def _millions(usd: float) -> str:
    return f"{usd / 1e6:,.1f} m USD"

"""One month of prices on one path, in plain words."""

from __future__ import annotations

import math


def rent(machine: str, posted: float, trend: float) -> str:
    """Say what a machine rents for and how that compares with its own trend.

    Parameters
    ----------
    machine : name
    posted : USD per machine-hour
    trend : USD per machine-hour
        Posted rent of the month without cycle, own noise and successors.
    """
    gap = posted / trend - 1.0
    side = "on" if abs(gap) < 0.005 else f"{abs(gap):.0%} {'above' if gap > 0 else 'below'}"
    return f"{machine} rents for {posted:.2f} USD/h (posted), {side} trend"


def regime(is_shortage: bool) -> str:
    """Name the regime of the compute cycle."""
    return "compute is short" if is_shortage else "compute is in glut"


def refinancing(log_spread: float, log_shut: float) -> str:
    """Say whether the refinancing market is open: spread and the level that shuts it, logs of 1/yr."""
    spread, shut = math.exp(log_spread) * 1e4, math.exp(log_shut) * 1e4
    if log_spread < log_shut:
        return f"refinancing market open (spread {spread:.0f} bp, shuts above {shut:.0f} bp)"
    return f"refinancing market shut (spread {spread:.0f} bp, above {shut:.0f} bp)"


def rates_and_power(sofr: float, power: float) -> str:
    """Say SOFR (decimal per year) and the power price (USD/kWh)."""
    return f"SOFR {sofr:.2%}; power {power:.4f} USD/kWh"


def successor(name: str, month: int, announced: float, available: float, drop: float) -> str | None:
    """Say what happens to a successor in this month, or nothing.

    Parameters
    ----------
    name : of the successor
    month : now
    announced, available : months of the path
    drop : share of rent that the older machine loses on this path
    """
    if month - 1 < available <= month:
        return f"{name} becomes available; the rent will fall by {drop:.0%} over the ramp"
    if month - 1 < announced <= month:
        return f"{name} is announced"
    return None


def month(rents: tuple[str, ...], is_shortage: bool, log_spread: float, log_shut: float) -> str:
    """Join the month's prices in one sentence; `rents` come from `rent`."""
    return "; ".join((*rents, regime(is_shortage), refinancing(log_spread, log_shut))) + "."


def coins(prices: list[tuple[str, float]], hashprice: float | None) -> str:
    """Say coin prices (USD) and, where there is a network, the hashprice (USD per PH/s and day)."""
    said = "; ".join(f"{name} at {price:,.0f} USD" for name, price in prices)
    return f"{said}." if hashprice is None else f"{said}; hashprice {hashprice:,.2f} USD/PH/day."

"""One borrower's business in one month of one path, in plain words."""

from __future__ import annotations

from typing import NamedTuple

from halflife.foundation.words import counted, percent, usd


class Contract(NamedTuple):
    """One contract row in the month: machines as counts, price in USD per machine-hour with repricing."""

    name: str
    customer: str
    is_live: bool
    in_term: float
    released: float
    price: float
    repriced: float
    rented: float = 0.0
    """Machines that a vendor rents."""


class Business(NamedTuple):
    """The borrower's month, USD; operator 0 in place, 1 replaced, 2 lost."""

    revenue: float
    contracted: float
    expected: float
    opex: float
    cfads: float
    operator: int
    idle: float
    backed: float = 0.0
    """Revenue from vendors' backstops."""


def delivery(fleet: str, arrived: float, share: float, spent: float) -> str:
    """Say how many machines came and what they cost (USD); `share` is what has come so far."""
    if arrived < 0.5:
        return f"No machine of {fleet} is delivered; {percent(share)} have come."
    return f"{counted(arrived, 'machine')} of {fleet} delivered for {usd(spent)}; {percent(share)} have come."


def contract(row: Contract) -> str:
    """Say what one contract does for the borrower this month."""
    if not row.is_live:
        return f"{row.name} with {row.customer} has ended early; {_open(row)}."
    if row.in_term < 0.5:
        return f"{row.name} with {row.customer} has run out; {_open(row)}."
    cut = f", cut to {percent(row.repriced)} of the contract price" if row.repriced < 1.0 else ""
    machines = counted(row.in_term, "machine")
    said = f"{row.customer} rents {machines} under {row.name} at {row.price:.2f} USD/h{cut}"
    return said + (f"; {_open(row)}." if row.released >= 0.5 else ".")


def open_market(row: Contract) -> str:
    """Say how many machines without a firm contract earn the market rent."""
    return f"{row.name}: {_open(row)}."


def backstop(row: Contract, vendor: str, price: float) -> str:
    """Say how many machines the vendor rents under its backstop, at USD per machine-hour, or that it rents none now."""
    if row.rented < 0.5:
        return f"{vendor} no longer rents machines of {row.name}."
    return f"{vendor} rents {counted(row.rented, 'machine')} of {row.name} at its backstop of {price:.2f} USD/h."


def life(worth: float, debt: float) -> str:
    """Say what the business is still expected to bring to the last senior maturity, over the senior debt (USD)."""
    return f"CFADS still expected is worth {usd(worth)}: loan life coverage {max(worth, 0.0) / debt:.2f}x."


def business(month: Business) -> str:
    """Say what came in, what went out and what was left for the debt."""
    return f"{_revenue(month)}; running cost {usd(month.opex)}; CFADS {usd(month.cfads)}."


def _revenue(month: Business) -> str:
    is_less = month.expected > 0.0 and month.contracted < 0.995 * month.expected
    if month.revenue < 0.5:
        return f"No revenue, where {usd(month.expected)} was promised" if is_less else "No revenue"
    promise = f" ({percent(month.contracted / month.expected)} of what was promised)" if is_less else ""
    market = month.revenue - month.contracted - month.backed
    if month.backed >= 0.5:
        parts = ((month.contracted, "under contract"), (market, "from the open market"))
        said = "".join(f"{usd(amount)} {where}, " for amount, where in parts if amount >= 0.5)
        return f"Revenue {usd(month.revenue)}: {said}{usd(month.backed)} from the vendor's backstop{promise}"
    if month.contracted < 0.5:
        return f"Revenue {usd(month.revenue)}, all of it from the open market{promise}"
    if market < 0.5:
        return f"Revenue {usd(month.revenue)}, all of it under contract{promise}"
    firm = f"{usd(month.contracted)} under contract{promise}"
    return f"Revenue {usd(month.revenue)}, {firm} and {usd(market)} from the open market"


def operator(month: Business, name: str) -> str | None:
    """Say what became of the operator, or nothing while it is in place."""
    if month.operator == 0:
        return None
    if month.operator == 2:
        return f"{name} has failed and nobody replaces it: the contracts have ended."
    if month.idle > 0.0:
        return f"{name} has failed; its successor starts in {counted(month.idle, 'month')}."
    return f"A successor runs the machines in place of {name}."


def _open(row: Contract) -> str:
    if row.released >= 0.5:
        return f"{counted(row.released, 'machine')} in the open market"
    return "none of its machines in the open market" if row.rented >= 0.5 else "its machines stand idle"

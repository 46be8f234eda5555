"""Enforcement on one path, in plain words."""

from __future__ import annotations

from halflife.foundation.words import counted, percent, usd


def waiting(borrower: str, since: float, seize: float, step_in: float) -> str | None:
    """Say what happens between acceleration and the first sale, or nothing once sales have begun; months."""
    if since <= seize:
        return f"The lenders of {borrower} are seizing the machines: {counted(seize - since, 'month')} to go."
    if since <= seize + step_in:
        left = counted(seize + step_in - since, "month")
        return f"The lenders run the machines of {borrower}; they are sold in {left}."
    return None


def sale(fleet: str, sold: float, price: float, appraised: float, proceeds: float, left: float) -> str | None:
    """Say what was sold this month, or nothing.

    Parameters
    ----------
    sold, left : machines
    price : share of the appraised value;  appraised : USD per machine
    proceeds : USD after cost of sale
    """
    if sold < 0.5:
        return None
    said = f"{counted(sold, 'machine')} of {fleet} sold at {percent(price)} of {usd(appraised)} appraised"
    return f"{said}, {usd(proceeds)} after cost; {counted(left, 'machine')} left."


def outcome(facility: str, claim: float, recovered: float) -> str:
    """Say what a facility's lenders got back of their claim; USD, in values of the date of default."""
    if claim < 0.5:
        return f"{facility}: the lenders are paid in full."
    loss = claim - recovered
    said = f"{facility}: exposure at default {usd(claim)}, recovered {usd(recovered)} ({percent(recovered / claim)})"
    return f"{said}, loss {usd(loss)}." if loss > 0.5 else f"{said}: nothing is lost."

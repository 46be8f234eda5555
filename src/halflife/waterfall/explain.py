"""One month of a priority of payments on one path, in plain words."""

from __future__ import annotations

from typing import NamedTuple

from halflife.foundation.words import counted, percent, usd


class Return(NamedTuple):
    """The end of a lease: machines that go back and their orderly value; USD.

    settled : balance that ended with them;  guaranteed : residual that was guaranteed
    owed : what the lessee still owes of it;  backed : what the named guarantor paid
    """

    machines: float
    fleet: str
    worth: float
    guaranteed: float
    settled: float
    owed: float
    backed: float


def shortfall(short: float) -> str | None:
    """Say what stays unpaid of what was due (USD), or nothing."""
    return None if short < 0.5 else f"{usd(short)} of what was due stays unpaid."


def support(paid: float) -> str | None:
    """Say that the sponsor pays interest or fees while draws are open (USD), or nothing."""
    return None if paid < 0.5 else f"The sponsor pays in {usd(paid)} of financing cost: draws are still open."


def facility(name: str, drawn: float, paid: float, balance: float, rate: float) -> str:
    """Say how a facility moved: draws, repayment and closing balance in USD, rate per year."""
    moves = [f"draws {usd(drawn)}"] if drawn >= 0.5 else []
    moves += [f"repays {usd(paid)}"] if paid >= 0.5 else []
    return f"{name} {' and '.join(moves) or 'stands'} at {percent(rate)} a year; balance {usd(balance)}."


def account(name: str, held: float, target: float) -> str:
    """Say what a reserve holds against its target (USD)."""
    if target < 0.5:
        return f"{name} holds {usd(held)} and needs nothing."
    return f"{name} holds {usd(held)}, {percent(held / target)} of its target of {usd(target)}."


def maturity(name: str, unpaid: float, refinanced: float) -> str:
    """Say how a facility came to its end: refinanced, repaid, or with so much unpaid (USD)."""
    if refinanced >= 0.5:
        return f"{name} matures; a new lender takes out {usd(refinanced)}."
    if unpaid >= 0.5:
        return f"{name} matures with {usd(unpaid)} unpaid and no new lender."
    return f"{name} matures and is repaid."


def purchase(spent: float, equity: float, is_stopped: bool) -> str | None:
    """Say who paid for the month's machines (USD), or nothing if none were bought."""
    if is_stopped:
        return "Draws are refused and deliveries stop."
    if spent < 0.5:
        return None
    return f"Machines for {usd(spent)}: debt pays {usd(spent - equity)}, equity {usd(equity)}."


def lease_end(name: str, end: Return, guarantor: str | None) -> str:
    """Say what went back to the lessor, who pays the shortfall of the guarantee, and how the lessor came out."""
    said = f"{name} ends: {counted(end.machines, 'machine')} of {end.fleet} go back, worth {usd(end.worth)}"
    short = max(0.0, end.guaranteed - end.worth)
    result = end.worth + end.backed - end.settled
    lessor = f"the lessor {'gains' if result >= 0.0 else 'loses'} {usd(abs(result))} on its residual"
    if short < 0.5:
        return f"{said}, not below the guaranteed {usd(end.guaranteed)}; {lessor}."
    payer = f"{guarantor} pays {usd(end.backed)} of it" if guarantor else f"the lessee owes {usd(end.owed)} of it"
    return f"{said}, {usd(short)} below the guarantee; {payer}; {lessor}."

"""Events of default on one path, in plain words."""

from __future__ import annotations

from halflife.default.state import CAUSES
from halflife.foundation.words import counted, usd

BECAUSE = {
    "payment": "scheduled payments stayed unpaid beyond the grace period",
    "covenant": "a covenant breach was not cured",
    "maturity": "the debt matured and was neither paid nor refinanced",
    "insolvency": "there was no cash left and the machines were worth less than the debt",
    "operator lost": "the operator failed and was not replaced",
}


def event(borrower: str, cause: int, debt: float) -> str:
    """Say that a borrower defaults and why.

    Parameters
    ----------
    cause : code, as in `default.state`
    debt : USD accelerated
    """
    return f"{borrower} defaults: {BECAUSE[CAUSES[cause]]}. {usd(debt)} falls due at once."


def trap(is_on: bool, reasons: tuple[str, ...]) -> str:
    """Say that cash is trapped, and why, or that it is free again."""
    return f"Cash is trapped: {' and '.join(reasons)}." if is_on else "The cash trap ends; what it held is free."


def arrears(short: float, grace: float) -> str | None:
    """Say how long payments have been short, or nothing; months."""
    if short < 0.5:
        return None
    left = counted(max(grace + 1.0 - short, 0.0), "month")
    return f"Payments are short for {counted(short, 'month')}; default in {left} if they stay so."


def refinancing(is_open: bool, ltv: float, most_ltv: float, dscr: float, least_dscr: float) -> str:
    """Say whether a new lender would step in, and if not, why; ratios."""
    reasons = [] if is_open else ["the market is shut"]
    reasons += [f"orderly LTV is {ltv:.2f}x, above {most_ltv:.2f}x"] if ltv > most_ltv else []
    reasons += [f"DSCR is {dscr:.2f}x, below {least_dscr:.2f}x"] if dscr < least_dscr else []
    return f"No refinancing: {' and '.join(reasons)}." if reasons else "A new lender would refinance the debt."

"""One covenant in one month of one path, in plain words."""

from __future__ import annotations

from halflife.covenants.state import UNTESTED
from halflife.foundation.words import counted, percent, usd

IN_WORDS = {
    "dscr": "DSCR",
    "ltv_paper": "debt over paper value",
    "ltv_appraised": "debt over appraised value",
    "ltv_orderly": "debt over orderly value",
    "loan_to_cost": "debt over cost",
    "contract_coverage": "contracted revenue over debt",
    "contract_realisation": "revenue received over contracted",
    "minimum_liquidity": "liquidity",
}
FOLLOWS = {
    "trap": "cash is trapped",
    "sweep": "cash is swept to the lenders",
    "default": "it is an event of default",
    "stop_draws": "draws stop",
}
AS_SHARE = ("ltv_paper", "ltv_appraised", "ltv_orderly", "loan_to_cost", "contract_realisation")


def figure(test: str, value: float) -> str:
    """A ratio or an amount as the test is read."""
    if test == "minimum_liquidity":
        return usd(value)
    if value >= UNTESTED:
        return "not defined"
    return percent(value) if test in AS_SHARE else f"{value:.2f}x"


def reported(value: float, months: int) -> str | None:
    """Say the DSCR as reported, or nothing where none is."""
    return None if value >= UNTESTED else f"DSCR over {counted(months, 'month')}: {figure('dscr', value)}."


def verdict(name: str, test: str, value: float, threshold: float, is_breach: bool) -> str:
    """Say what a test found on its date.

    Parameters
    ----------
    name : of the covenant;  test : its kind
    value, threshold : ratio, or USD for minimum liquidity
    """
    side = "at most" if test.startswith("ltv") or test == "loan_to_cost" else "at least"
    found = f"{name}: {IN_WORDS[test]} {figure(test, value)}, {side} {figure(test, threshold)} wanted"
    return f"{found}: breached." if is_breach else f"{found}: passed."


def breach(name: str, lasting: float, grace: float, consequence: str) -> str | None:
    """Say how long a breach has lasted and what follows, or nothing without one; months."""
    if lasting < 0.5:
        return None
    if lasting <= grace:
        left = counted(grace - lasting, "month")
        return f"{name} is in breach for {counted(lasting, 'month')}; {left} left to cure."
    return f"{name} is in breach for {counted(lasting, 'month')}: {FOLLOWS[consequence]}."

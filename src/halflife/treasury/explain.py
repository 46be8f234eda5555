"""One month of a treasury on one path, in plain words."""

from __future__ import annotations

from halflife.foundation.words import usd

SOME = 0.5
"""USD: less is not worth a sentence."""


def margin(facility: str, ltv: float, call: float, liquidation: float) -> str | None:
    """Say what the lender on coins does, or nothing below the margin call; loans to value as shares."""
    if ltv >= liquidation:
        return f"{facility}: the coins stand at {ltv:.0%} loan to value, past {liquidation:.0%}; the lender sells them"
    if ltv >= call:
        return f"{facility}: margin call at {ltv:.0%} loan to value (calls from {call:.0%})"
    return None


def sale(coin: str, sold: float, raised: float) -> str | None:
    """Say what was sold: coins and USD."""
    return f"sells {sold:,.1f} {coin} for {usd(raised)}" if raised > SOME else None


def issuance(issued: float, price: float) -> str | None:
    """Say what new shares brought, net of cost: USD, USD per share."""
    return f"issues shares at {price:,.2f} USD for {usd(issued)}" if issued > SOME else None


def conversion(converted: float, price: float) -> str | None:
    """Say what debt was taken in shares: USD, USD per share."""
    return f"{usd(converted)} of debt converts into shares at {price:,.2f} USD each" if converted > SOME else None

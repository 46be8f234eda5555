"""What became of the counterparties of one path in one month, in plain words."""

from __future__ import annotations

from halflife.foundation.words import percent, usd


def failure(party: str, roles: tuple[str, ...], recovery: float) -> str:
    """Say that a party defaults; `recovery` is the share of an unsecured claim that comes back."""
    return f"{party} ({', '.join(roles)}) defaults; unsecured claims on it recover {percent(recovery)}."


def standing(party: str, hazard: float, threshold: float) -> str:
    """Say how much of the path's default threshold a rated party has used up (both cumulative hazards)."""
    return f"{party} is alive, {percent(min(hazard / threshold, 1.0))} of the way to default on this path."


def runway(party: str, cash: float, burn: float, is_open: bool) -> str:
    """Say how long a venture-funded party can go on.

    Parameters
    ----------
    party : name
    cash : USD
    burn : USD per month
    is_open : whether it could raise a round now
    """
    if cash < 0.0:
        return f"{party} has run out of cash."
    market = "the funding market is open" if is_open else "the funding market is shut"
    return f"{party} holds {usd(cash)}, {cash / burn:.0f} months of burn; {market}."


def round_raised(party: str, before: float, after: float) -> str:
    """Say that a round was raised; cash before and after in USD."""
    return f"{party} raises {usd(after - before)}."


def guarantee(guarantor: str, paid: float, left: float) -> str:
    """Say what a called guarantee paid and what is left behind it (USD)."""
    return f"{guarantor} is called under its guarantee and pays {usd(paid)}; {usd(left)} is left behind it."


def released(guarantor: str, is_dated: bool) -> str:
    """Say that a guarantee ends, by its date or by the upgrade it waited for."""
    return f"The guarantee of {guarantor} ends {'on its date' if is_dated else 'with the upgrade'}."


def stressed(sponsor: str, borrower: str, multiple: float) -> str:
    """Say that a borrower's failure raises its sponsor's hazard."""
    return f"{borrower} has failed: the default intensity of {sponsor} is {multiple:.1f} times what it was."

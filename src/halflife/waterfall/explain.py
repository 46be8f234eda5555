"""One month of a priority of payments on one path, in plain words."""

from __future__ import annotations

from halflife.foundation.words import percent, usd

PAID = {
    "opex": "running cost",
    "fees": "commitment fees",
    "interest": "interest",
    "principal": "principal",
    "fill": "put into reserve",
    "cure advance": "prepaid to cure an over-advance",
    "sweep": "swept",
    "trap": "trapped",
    "distribute": "distributed to the sponsor",
}
"""What a step does, by the first words of its label."""


def step(label: str, paid: float) -> str | None:
    """Say what one step paid, or nothing where it paid nothing.

    Parameters
    ----------
    label : as in ``interest ddtl``
    paid : USD
    """
    if abs(paid) < 0.5:
        return None
    verb = next((key for key in sorted(PAID, key=len, reverse=True) if label.startswith(key)), "")
    target = label.removeprefix(verb).strip()
    name = f" ({target})" if target else ""
    return f"{usd(paid)} {PAID.get(verb, label)}{name}"


def payments(labels: tuple[str, ...], paid: tuple[float, ...], shortfall: float) -> str:
    """Say the whole priority of payments in its order; amounts in USD."""
    said = [words for words in map(step, labels, paid) if words is not None]
    flows = "Paid, in order: " + "; ".join(said) if said else "Nothing was paid"
    return f"{flows}. {usd(shortfall)} of what was due stays unpaid." if shortfall >= 0.5 else f"{flows}."


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

"""What lies between two lenses, in the words of a credit committee's note."""

from __future__ import annotations

from halflife.facts import letter
from halflife.foundation.words import usd
from halflife.metrics.lens import Handover, Lens, Look, Stake
from halflife.metrics.sample import Estimated
from halflife.report.numbers import decimals, share, share_error

SURE = 2.0
"""Standard errors by which a difference is called one."""
LITTLE = 0.5
"""Basis points below which a spread is called nothing."""


def assumption(name: str, life: float | None) -> str:
    """An assumption in words."""
    years = "an economic life as long as the book life" if life is None else f"an economic life of {life:g} years"
    return {
        "cash": "stable contracted cash",
        "life": years,
        "substitution": "no technological substitution",
        "liquidity": "liquid collateral at book",
    }[name]


def bp(amount: Estimated) -> str:
    """A spread and its error: ``36 ± 19 bp``."""
    places = min(decimals(amount.error, 0), 1)
    value = f"{amount.value + 0.0:.{places}f}"
    value = value.lstrip("-") if float(value) == 0.0 else value
    return value + (f" ± {amount.error:.{places}f}" if amount.error > 0.05 else "") + " bp"


def percent(amount: Estimated) -> str:
    """A share and its error."""
    value = 0.0 if abs(amount.value) < 1e-9 else amount.value
    return share(value, amount.error) + (f" ({share_error(value, amount.error)})" if amount.error > 0.0 else "")


def ends(lens: Lens) -> tuple[Look, Look]:
    """The infrastructure lens and compute reality."""
    return lens.looks[0], lens.looks[-1]


def ranked(lens: Lens) -> list[str]:
    """Assumptions by their share of the spread, largest first."""
    return sorted(lens.shares, key=lambda name: -lens.shares[name].spread.value)


def has_gap(lens: Lens) -> bool:
    """Whether the two lenses differ by a spread worth a word."""
    return lens.gap.spread.value > LITTLE


def is_clear(lens: Lens) -> bool:
    """Whether one assumption carries more than any other, beyond error and by more than a twentieth of the gap."""
    least = 0.05 * lens.gap.spread.value
    return lens.lead is not None and lens.lead.value > max(SURE * lens.lead.error, least)


def headline(lens: Lens) -> list[tuple[str, str, str]]:
    """The numbers at the top: (title, value, what stands beneath it)."""
    infra, reality = ends(lens)
    cells = [
        (title, letter(look.score.value), f"fair {bp(look.fair_spread)}; PD {share(look.pd.value, look.pd.error)}")
        for title, look in (("Infrastructure lens", infra), ("Compute reality", reality))
    ]
    gap = lens.gap
    cells.append(("The gap", f"{gap.spread.value:.0f} bp", f"± {gap.spread.error:.0f}; {gap.score.value:.1f} notches"))
    if lens.contract is not None:
        short = reality.fair_spread.value - lens.contract
        beneath = f"the documents pay {lens.contract:.0f} bp"
        cells.append(("Spread missing", f"{short:.0f} bp" if short > 0.0 else "none", beneath))
    if has_gap(lens):
        first = ranked(lens)[0]
        part = f"{100 * lens.shares[first].spread.value / gap.spread.value:.0f} % of the gap"
        cells.append(
            ("Carried by", first, part) if is_clear(lens) else ("Carried by", "no one alone", f"{first}: {part}")
        )
    found = lens.handover
    if found is not None:
        first_share = f"documents {100 * found.stakes[0].equity:.0f} %"
        value = "not in range" if found.at is None else f"{100 * found.at.equity:.0f} %"
        beneath = f"for lenders to lose no more than {found.grade}; {first_share}"
        if found.at is found.stakes[0]:
            value, beneath = "as it is", f"lenders lose no more than {found.grade}; {first_share}"
        cells.append(("Equity needed", value, beneath))
    return cells


def sentences(lens: Lens) -> list[str]:
    """The verdict."""
    told = [_two_lenses(lens), *_carriers(lens), _spread(lens)]
    if lens.handover is not None:
        told.append(_founders(lens.handover))
    told.append(_terms(lens))
    return [sentence for sentence in told if sentence]


def _two_lenses(lens: Lens) -> str:
    infra, reality = ends(lens)
    if infra.pd.value <= 0.0:
        seen = "Seen as infrastructure, the facility defaults on no path and loses nothing"
    else:
        seen = (
            f"Seen as infrastructure, the facility defaults with probability {percent(infra.pd)}, "
            f"loses {percent(infra.el)} of the commitment and deserves {bp(infra.fair_spread)}"
        )
    return (
        f"{seen}. As compute, the same facility defaults with probability {percent(reality.pd)}, loses "
        f"{percent(reality.el)} of the commitment on average, and deserves {bp(reality.fair_spread)}: the expected "
        f"loss of {letter(reality.score.value)} instead of {letter(infra.score.value)}, "
        f"and the default probability of {letter(reality.by_pd)}."
    )


def _carriers(lens: Lens) -> list[str]:
    if not has_gap(lens):
        return ["No assumption carries the deal: its lenders lose next to nothing without any of them."]
    order, words = ranked(lens), {name: assumption(name, lens.life) for name in lens.shares}
    parts = {name: lens.shares[name].spread for name in order}
    first, second = order[:2]
    rest = ", ".join(f"{words[name]} {bp(parts[name])}" for name in order[1:])
    if is_clear(lens):
        verdict = (
            f"The assumption that carries the deal is {words[first]}: {bp(parts[first])} "
            f"of the gap of {bp(lens.gap.spread)}. The others: {rest}."
        )
    else:
        verdict = (
            f"No single assumption carries the deal: {words[first]} ({bp(parts[first])}) and {words[second]} "
            f"({bp(parts[second])}) cannot be told apart. Of the gap of {bp(lens.gap.spread)}, the others: "
            + ", ".join(f"{words[name]} {bp(parts[name])}" for name in order[2:])
            + "."
        )
    return [verdict, _alone(lens)]


def _alone(lens: Lens) -> str:
    """What one assumption does alone, and what giving up one does while the others hold."""
    count, infra, reality = len(lens.shares), lens.looks[0], lens.looks[-1]
    single = min((look for look in lens.looks if len(look.held) == 1), key=lambda look: look.fair_spread.value)
    three = max((look for look in lens.looks if len(look.held) == count - 1), key=lambda look: look.fair_spread.value)
    given = next(name for name in lens.shares if name not in three.held)
    cost = three.fair_spread.value - infra.fair_spread.value
    backed = (
        "Give up any one while the others hold, and the fair spread hardly moves: they stand in for each other, and "
        "the risk shows only when several fail together."
        if cost < max(LITTLE, 0.1 * lens.gap.spread.value)
        else f"Given up first, {assumption(given, lens.life)} costs {cost:.0f} bp by itself."
    )
    left = single.fair_spread
    kept = "nothing" if left.value < LITTLE else bp(left)
    return (
        f"{backed} With {assumption(single.held[0], lens.life)} alone, {kept} would be left of the "
        f"{bp(reality.fair_spread)}."
    )


def _spread(lens: Lens) -> str:
    fair = lens.looks[-1].fair_spread
    if lens.contract is None:
        return ""
    short = fair.value - lens.contract
    basis = "expected loss and the price of bearing default risk; illiquidity is not in it"
    if short > 0.0:
        sure = "" if short > SURE * fair.error else ", less than the error allows to be sure of"
        return f"The documents pay {lens.contract:.0f} bp: {short:.0f} bp are missing{sure} ({basis})."
    return (
        f"No spread is missing for what is modelled: the documents pay {lens.contract:.0f} bp, {-short:.0f} bp more "
        f"than is fair ({basis}). Whoever prices it as infrastructure leaves out {bp(lens.gap.spread)}."
    )


def _losses(stake: Stake) -> str:
    return f"{usd(stake.lenders.value)} of expected loss with lenders and {usd(stake.owners.value)} with owners"


def _founders(found: Handover) -> str:
    first = found.stakes[0]
    bound = f"the expected loss of {found.grade}, {1e4 * found.bound:.0f} bp of the debt"
    start = f"At the documents' {100 * first.equity:.0f} % of equity there are {_losses(first)}."
    if found.at is None:
        last = found.stakes[-1]
        return (
            f"{start} No share of equity up to {100 * last.equity:.0f} % brings the lenders' loss down to {bound}: "
            "less debt on the same machines loses as large a part of itself."
        )
    if found.at is first:
        last = next(one for one in reversed(found.stakes) if one.multiple >= 0.5)
        return (
            f"{start} The lenders' loss, {1e4 * first.el.value:.0f} bp of the debt, is no more than {bound}: by that "
            f"measure the owners stand in front already. With {100 * last.equity:.0f} % of equity it would be "
            f"{_losses(last)}."
        )
    give = "" if found.error is None else f" (± {100 * found.error:.0f} points)"
    shape = "" if found.is_monotone else " The loss does not fall with every step, so a smaller share may do as well."
    return (
        f"{start} With {100 * found.at.equity:.0f} %{give} the lenders would lose no more than {bound}: "
        f"{_losses(found.at)}. From there on the risk is a founder's.{shape} One deal alone: whether an owner's loss "
        "spreads is not asked here."
    )


def _terms(lens: Lens) -> str:
    life = "the book life of the documents" if lens.life is None else f"{lens.life:g} years"
    return (
        "Shares are Shapley values over all 16 combinations on the same paths, ± one standard error. The rating score "
        f"reads expected loss against the fitted table at {lens.horizon:.1f} years, linear in its log and held at AAA. "
        f"Long economic life: {life}."
    )

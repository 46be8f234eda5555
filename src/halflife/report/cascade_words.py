"""What feedback does to a system, in the words of a supervisor's note."""

from __future__ import annotations

from collections.abc import Sequence

from halflife.foundation.words import usd
from halflife.metrics.feedback import (
    STEEP,
    STOPPED,
    SURE,
    is_cliff,
    share_defaulted,
    smallest_that_stops,
    tails,
)
from halflife.metrics.sample import Estimated
from halflife.metrics.systemic import Backstop, Cascade, Cliff, Rank
from halflife.report.numbers import number_of, share, share_error

GROUPS = {
    "prices": "machines sold into one market and marked down there",
    "rents": "rents that give way under idle machines",
    "refinancing": "the closing of the refinancing market",
    "funding": "lenders that withdraw and fail",
    "defaults": "cross-defaults and the failure of borrowers that others depend on",
}
"""Groups of channels in words."""
KINDS = {"borrower": "borrower", "lender": "lender", "machine": "machine type", "party": "partner"}
LEVERS = {"rent": "the fall of rents", "depth": "the depth of the resale markets"}


SCALES = ((1e9, " bn"), (1e6, " m"), (1e3, " k"), (1.0, ""))


def error_beside(amount: Estimated) -> str:
    """The standard error of an amount, in the scale in which `usd` says the amount: ``± 0.05 bn``."""
    if amount.error < 0.5:
        return "± 0"
    scale, name = next((one for one in SCALES if max(abs(amount.value), 1.0) >= one[0]), SCALES[-1])
    if abs(amount.value) < 0.5:
        return f"± {usd(amount.error).removeprefix('USD ')}"
    error = amount.error / scale
    return f"± {error:.2f}{name}" if error >= 0.005 else f"± <0.01{name}"


def money(amount: Estimated) -> str:
    """An amount and its standard error: ``USD 1.20 bn (± 0.05 bn)``."""
    return f"{usd(amount.value)} ({error_beside(amount)})" if amount.error >= 0.5 else usd(amount.value)


def short(amount: float) -> str:
    """An amount in three digits: ``USD 42.6 bn``."""
    scale, name = next((one for one in SCALES if abs(amount) >= one[0]), SCALES[-1])
    number = abs(amount) / scale
    places = 2 if number < 9.995 else 1 if number < 99.95 else 0
    return f"{'-' if amount < 0 else ''}USD {number:.{places}f}{name}" if abs(amount) >= 0.5 else usd(amount)


def factor(ratio: Estimated) -> str:
    """A multiple and its standard error: ``1.42x (± 0.03)``."""
    return f"{ratio.value:.2f}x" + (f" (± {max(ratio.error, 0.01):.2f})" if ratio.error > 0.0 else "")


def chance(probability: Estimated) -> str:
    """A probability and its standard error."""
    text = share(probability.value, probability.error)
    return f"{text} ({share_error(probability.value, probability.error)})" if probability.error > 0.0 else text


def headline(cascade: Cascade, cliffs: Sequence[Cliff], backstops: Sequence[Backstop]) -> list[tuple[str, str, str]]:
    """The numbers at the top: (title, value, what stands beneath it)."""
    found, ratio = tails(cascade), cascade.amplification
    cells = [
        ("Amplification", "n/a" if ratio is None else f"{ratio.value:.2f}x",
         "no loss without feedback" if ratio is None else f"± {ratio.error:.2f}"),
        ("Mean loss with feedback", short(found.mean_on.value), f"without {usd(found.mean_off.value)}"),
        ("Worst 1 % of paths", short(found.es_on.value), f"mean loss there; without {usd(found.es_off.value)}"),
    ]  # fmt: skip
    cells += [
        (f"Cliff in {'rents' if cliff.lever == 'rent' else 'depth'}",
         _span(cliff) if is_cliff(cliff) else "none",
         f"steepest step {cliff.steepness:.1f} times the average")
        for cliff in cliffs
    ]  # fmt: skip
    best = smallest_that_stops(backstops)
    if best is not None:
        cells.append(
            ("Backstop that stops it", short(best.size), f"at {share(best.price)}; spends {usd(best.spent.value)}")
        )
    elif backstops:
        cells.append(("Backstop that stops it", "none", f"of {number_of(len(backstops), 'size')} and prices tried"))
    return cells


def sentences(cascade: Cascade, cliffs: Sequence[Cliff], backstops: Sequence[Backstop]) -> list[str]:
    """Summary of a system, most important first."""
    written = [
        _amplification(cascade),
        _tail(cascade),
        _channels(cascade),
        _systemic(cascade),
        *(_cliff(cliff) for cliff in cliffs),
        _backstop(cascade, backstops),
        _honesty(cascade),
    ]
    return [sentence for sentence in written if sentence]


def _amplification(cascade: Cascade) -> str:
    found, ratio = tails(cascade), cascade.amplification
    commitments = usd(float(cascade.on.commitments.sum()))
    if found.mean_on.value <= 0.0 and found.mean_off.value <= 0.0:
        return f"On no path do the lenders lose any of their {commitments}, with or without feedback."
    if ratio is None:
        return (
            f"Without feedback nobody loses anything; with it the lenders lose {money(found.mean_on)} of {commitments}."
        )
    losses = (
        f"{money(found.mean_off)} without it, {money(found.mean_on)} with it, in present value and on commitments "
        f"of {commitments}"
    )
    if abs(found.added.value) <= SURE * found.added.error:
        return f"Feedback changes what the lenders lose by {factor(ratio)}, which is within the error: {losses}."
    verb = "multiplies" if found.added.value > 0.0 else "reduces"
    return f"Feedback {verb} what the lenders lose by {factor(ratio)}: {losses}."


def _tail(cascade: Cascade) -> str:
    found = tails(cascade)
    off, on = (share_defaulted(run, cascade.sample) for run in (cascade.off, cascade.on))
    text = f"By the last maturity {chance(on)} of the borrowers have defaulted with feedback, {chance(off)} without. "
    if found.var_on.value <= 0.0:
        return text + "Fewer than one path in a hundred lose anything."
    return text + (
        f"One path in a hundred loses {money(found.var_on)} or more, against {money(found.var_off)}; the mean of those "
        f"worst paths is {money(found.es_on)}, against {money(found.es_off)}."
    )


def _channels(cascade: Cascade) -> str:
    rows = sorted(cascade.shares.items(), key=lambda item: -item[1].value)
    sure = [(name, one) for name, one in rows if one.value > SURE * one.error]
    if not sure:
        lost = float(cascade.loss_on.max()) > 0.0
        return "No single channel adds more than its error." if rows and lost else ""
    added = sum(one.value for _, one in rows)
    first, one = sure[0]
    part = f", {share(one.value / added)} of what feedback adds" if len(rows) > 1 and one.value <= added else ""
    text = "Most of it" if one.value > 0.5 * added else "The largest part of it"
    text += f" comes through {_group(first)}: {money(one)}{part}"
    rest = [f"{_group(name)} {money(amount)}" for name, amount in sure[1:]]
    text += f"; then {_listed(rest)}" if rest else ""
    softer = [_group(name) for name, one in rows if one.value < -SURE * one.error]
    text += f"; {_listed(softer)} soften{'s' if len(softer) == 1 else ''} the loss" if softer else ""
    return text + ". The shares are Shapley values: each channel's mean addition over all orders of switching them on."


def _group(name: str) -> str:
    return GROUPS.get(name, name.replace("_", " "))


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _systemic(cascade: Cascade) -> str:
    ranks = sorted(cascade.ranks, key=lambda one: -one.marginal.value)
    sure = [one for one in ranks if one.marginal.value > SURE * one.marginal.error]
    if not sure:
        return "Silencing any single one changes the loss by no more than its error: nobody alone is systemic." if (
            ranks) else ""  # fmt: skip
    first = sure[0]
    text = f"Most systemic is {_who(first)}: were nobody to feel its trouble, the lenders would lose "
    text += f"{money(first.marginal)} less"
    if first.failure is not None and first.conditional is not None:
        text += (
            f"; it fails with probability {chance(first.failure)}, and on those paths the others lose "
            f"{money(first.conditional)} more"
        )
    others = []
    for kind in KINDS:
        best = next((one for one in sure if one.kind == kind), None)
        if best is not None and best is not first:
            others.append(f"{_who(best)} ({usd(best.marginal.value)})")
    return text + (f". Next in their kinds: {_listed(others)}." if others else ".")


def _who(rank: Rank) -> str:
    return f"the {KINDS[rank.kind]} {rank.name}"


def _cliff(cliff: Cliff) -> str:
    where = LEVERS[cliff.lever]
    if is_cliff(cliff):
        return (
            f"There is a cliff in {where}: between {_span(cliff, ' and ')} the loss jumps by {money(cliff.jump)}, "
            f"{cliff.steepness:.1f} times as steeply as over the whole range."
        )
    sizes = (
        f"{size_of(cliff, cliff.points[0].size)} and {size_of(cliff, cliff.points[-1].size)}" if cliff.points else ""
    )
    return (
        f"There is no cliff in {where} between {sizes}: the steepest step, from {_span(cliff, ' to ')}, is "
        f"{cliff.steepness:.1f} times as steep as the whole range (a cliff is {STEEP:g} times or more, beyond its "
        "error)."
    )


def size_of(cliff: Cliff, size: float) -> str:
    """The size of a shock in words: ``35 %`` or ``0.25x``."""
    return f"{size:.3g}x" if cliff.lever == "depth" else f"{100.0 * size:.3g} %"


def _span(cliff: Cliff, between: str = "–") -> str:
    start, end = (size_of(cliff, size) for size in (cliff.start, cliff.end))
    return f"{start.removesuffix(' %')}{between}{end}"


def _backstop(cascade: Cascade, backstops: Sequence[Backstop]) -> str:
    if not backstops:
        return ""
    ratio, best = cascade.amplification, smallest_that_stops(backstops)
    if ratio is not None and ratio.value <= STOPPED:
        return "There is little for a buyer of last resort to stop."
    if best is None or best.amplification is None:
        least = min((one for one in backstops if one.amplification is not None), default=None,
                    key=lambda one: one.amplification.value if one.amplification else 0.0)  # fmt: skip
        text = f"None of the {len(backstops)} buyers of last resort tried brings the factor down to {STOPPED:.2f}x"
        if least is None or least.amplification is None:
            return text + "."
        return text + (
            f"; the best, of {usd(least.size)} at {share(least.price)} of the appraised value, leaves "
            f"{factor(least.amplification)}."
        )
    return (
        f"The cheapest buyer of last resort tried that stops it stands ready with {usd(best.size)} at "
        f"{share(best.price)} of the appraised value: it leaves a factor of {factor(best.amplification)}, buys on "
        f"{chance(best.used)} of the paths, spends {money(best.spent)} on average and more than {usd(best.worst)} on "
        f"one path in a hundred, and pays {money(best.cost)} more than the market would have."
    )


def _honesty(cascade: Cascade) -> str:
    made = cascade.on.provenance
    text = (
        "Runs with and without feedback walk the same paths, so differences have smaller errors than losses. "
        f"{number_of(len(made.assumptions), 'figure').capitalize()} behind this "
        f"{'is' if len(made.assumptions) == 1 else 'are'} not public and assumed; all are listed below. "
    )
    if made.draws > 1:
        text += f"The errors shown come from {made.draws} draws of the assumed ranges; "
    else:
        text += "The errors shown are those of sampling, with each assumption at one value; "
    text += "what the model leaves out is in neither."
    if cascade.on.unresolved:
        text += f" {number_of(cascade.on.unresolved, 'path').capitalize()} could not be resolved numerically."
    return text

"""What a credit officer would write above the numbers, in plain words and with the hedges they deserve."""

from __future__ import annotations

from halflife.metrics import Measure
from halflife.report.found import Found
from halflife.report.numbers import about, number_of, share, shown

MOSTLY = 0.5


def sentences(found: Found, borrower: int) -> list[str]:
    """Summary of one borrower's debt, most important first."""
    name, claim = found.results.axis.borrowers[borrower], found.claim(borrower)
    written = [
        _default(found, name),
        _people(found, name),
        _loss(found, claim),
        _price(found, claim),
        _coverage(found, name),
        _covenants(found, borrower),
        _collateral(found, name),
        _honesty(found),
    ]
    return [sentence for sentence in written if sentence]


def _default(found: Found, name: str) -> str:
    pd, rating = found.get("pd", name), found.get("implied_rating_by_pd", name)
    if pd is None:
        return ""
    years = pd.note.split(" years")[0].removeprefix("within ")
    if pd.value == 0.0:
        return f"No path defaults in {years} years; {pd.note.split('; ')[-1]}."
    text = f"The probability of default within {years} years is {about(pd)}"
    if rating is not None:
        text += f", as for corporate borrowers rated {_grade(rating)}"
    by_el = [one for one in found.named("implied_rating_by_el") if isinstance(one, Measure)]
    if by_el:
        text += f"; judged by expected loss, {_grade(by_el[0])}"
    return text + "."


def _grade(rating: Measure) -> str:
    """``BB+, between BBB- and BB``."""
    if "(" not in rating.text:
        return rating.text
    grade, _, span = rating.text.partition(" (")
    return f"{grade}, between {span.removesuffix(')').replace(' to ', ' and ')}"


def _people(found: Found, name: str) -> str:
    shares = [one for one in found.named("share_after_failure") if isinstance(one, Measure)]
    if not shares or found.results.axis.borrowers[0] != name:
        return ""
    most = max(shares, key=lambda one: one.value)
    failed, alive = found.get("pd_if_failed", most.entity), found.get("pd_if_alive", most.entity)
    if failed is None or alive is None:
        return ""
    text = (
        f"{share(most.value)} of the defaults follow a failure of {most.entity}: the deal defaults in "
        f"{share(failed.value)} of the cases in which it fails, and in {share(alive.value)} of the others"
    )
    rating = found.get("party_rating", most.entity)
    if most.value > MOSTLY:
        text += f"; the deal leans on {most.entity}"
        text += f", rated {rating.text}" if rating is not None else ""
    return text + "."


def _loss(found: Found, claim: str) -> str:
    lgd, ead, el = (found.get(name, claim) for name in ("lgd", "ead", "el"))
    if lgd is None or ead is None or el is None:
        return ""
    tail = found.get("var_99", claim)
    text = (
        f"A default finds {shown(ead)} outstanding on average and costs the lenders {about(lgd)} of it; "
        f"the expected loss is {about(el)} of the commitment"
    )
    if tail is not None:
        text += f", and one path in a hundred loses {shown(tail)} or more" if tail.value > 0 else (
            ", and fewer than one path in a hundred lose anything")  # fmt: skip
    return text + "."


def _price(found: Found, claim: str) -> str:
    fair, loss, premium = (found.get(name, claim) for name in ("fair_spread", "el_spread", "risk_premium"))
    if fair is None or loss is None or premium is None:
        return ""
    text = f"That is worth a spread of {about(fair)}: {shown(loss)} for expected loss, "
    text += f"{shown(premium)} for bearing it"
    liquidity = found.get("illiquidity_premium", claim)
    text += f", {shown(liquidity)} for illiquidity" if liquidity is not None else ", nothing yet for illiquidity"
    contract = found.get("contract_spread", claim)
    if contract is None:
        return text + "."
    cushion = contract.value - fair.value
    text += f". The documents pay {shown(contract)}, "
    if abs(cushion) < 2.0 * (fair.standard_error or 0.0):
        return text + f"{abs(cushion):.0f} bp {'more' if cushion > 0 else 'less'}, which is within the error."
    reading = "room for illiquidity and for what is not modelled" if cushion > 0 else "too little for the risk"
    return text + f"{abs(cushion):.0f} bp {'more' if cushion > 0 else 'less'}: {reading}."


def _coverage(found: Found, name: str) -> str:
    median, bad, below = (found.get(m, name) for m in ("minimum_dscr", "minimum_dscr_p05", "dscr_below_one"))
    if median is None or bad is None or below is None:
        return ""
    return (
        f"At its lowest, the DSCR is {shown(median)} on the median path and {shown(bad)} or less on one path "
        f"in twenty; it falls below 1.00x at some time with probability {share(below.value)}."
    )


def _covenants(found: Found, borrower: int) -> str:
    axis = found.results.axis
    own = {name for name, owner in zip(axis.covenants, axis.covenant_borrower, strict=True) if owner == borrower}
    risks = [m for m in found.named("breach_probability") if isinstance(m, Measure) and m.entity in own]
    if not risks:
        return ""
    worst = max(risks, key=lambda one: one.value)
    if worst.value == 0.0:
        return "No covenant is breached on any path."
    when = found.get("first_breach", worst.entity)
    text = f"The covenant most likely to break is {worst.entity}, with probability {about(worst)}"
    return text + (f", half of the first breaches by {when.text}." if when is not None else ".")


def _collateral(found: Found, name: str) -> str:
    life, left = found.get("collateral_half_life", name), found.get("debt_at_half", name)
    paper, forced = found.get("peak_ltv_paper", name), found.get("peak_ltv_realisable", name)
    text = ""
    if life is not None and left is not None:
        text = (
            f"Half of the machines' orderly value is gone {life.value:.1f} years after its peak, when "
            f"{share(left.value)} of the peak debt is still owed. "
        )
    if paper is not None and forced is not None:
        text += (
            f"On the median path the loan peaks at {share(paper.value)} of paper value and at "
            f"{share(forced.value)} of what a forced sale would bring."
        )
    return text.strip()


def _honesty(found: Found) -> str:
    made = found.results.provenance
    text = f"{number_of(len(made.assumptions), 'figure').capitalize()} behind this "
    text += ("is" if len(made.assumptions) == 1 else "are") + " not public and assumed; all are listed below. "
    if made.draws > 1:
        text += f"The errors shown come from {made.draws} draws of the assumed ranges; "
    else:
        text += "The errors shown are those of sampling, with each assumption at one value; "
    text += "what the model leaves out is in neither."
    if found.results.unresolved:
        text += f" {number_of(found.results.unresolved, 'path').capitalize()} could not be resolved numerically."
    return text

"""Deals and scenarios side by side, on the same paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from halflife.facts import letter
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.words import counted
from halflife.metrics.sample import Estimated
from halflife.metrics.stress import Column, Comparison
from halflife.study.ground import PATHS, Ground, ground_of
from halflife.study.overlays import BASELINE, Overlay, composed, laid, scenario_names
from halflife.study.quantities import BY_QUANTITY, Look
from halflife.study.termsheet import TermSheet

MOST_COLUMNS = 12
ROWS = ("rating", "pd", "lgd", "el", "fair_spread", "dscr", "dscr_p05", "breach", "irr", "equity_multiple")
"""Quantities of the table, in its order."""
TITLES = {
    "rating": "implied rating by PD", "pd": "probability of default", "lgd": "loss given default",
    "el": "expected loss", "fair_spread": "fair spread", "dscr": "lowest DSCR, median path",
    "dscr_p05": "lowest DSCR, 5 % of paths", "breach": "a covenant is breached", "irr": "lenders' expected IRR",
    "equity_multiple": "owners' money back over money in",
}  # fmt: skip
Progress = Callable[[int, int], None]


def compare(
    sheets: Sequence[TermSheet],
    scenarios: Sequence[str] = (),
    *,
    paths: int = PATHS,
    seed: int = 7,
    draws: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Set deals under scenarios side by side.

    Parameters
    ----------
    sheets : from `load`;  scenarios : names or files, ``a+b`` for one laid over the other; left out, all that come
        with Halflife for one deal, the baseline for several
    paths, seed, draws, threads : as for `run`
    progress : called with columns done and columns in all

    Returns
    -------
    Comparison
        The baseline comes first; every change is one against the deal's first column on the same paths.

    Raises
    ------
    SpecError
        For scenarios that cannot be read, and for more columns than fit side by side.
    """
    chosen = _chosen(sheets, scenarios)
    read = {name: composed(name) for name in chosen}
    columns = list[Column]()
    notes = list[str]()
    for sheet in sheets:
        ground = ground_of(sheet, borrower=_borrower(sheet), paths=paths, seed=seed, draws=draws, threads=threads)
        first: Look | None = None
        for name in chosen:
            look = _look(ground, read[name])
            first = first or look
            said = "+".join(overlay.spec.name for overlay in read[name])
            columns.append(_column(ground, said, read[name], look, first))
            notes += _left_out(ground, said, read[name])
            if progress is not None:
                progress(len(columns), len(sheets) * len(chosen))
    known = dict.fromkeys(overlay.spec.name for overlays in read.values() for overlay in overlays)
    about = [_about(_named(read, name)) for name in known if name != BASELINE]
    sources = [row for name in known for row in _named(read, name).sources]
    return Comparison(
        tuple(columns), {name: BY_QUANTITY[name].unit for name in ROWS}, TITLES, tuple(sources), seed,
        tuple(about + notes),
    )  # fmt: skip


def _chosen(sheets: Sequence[TermSheet], scenarios: Sequence[str]) -> list[str]:
    """Scenarios, the baseline first; refused where they are too many."""
    findings = list[Finding]()
    names = list(scenarios)
    if not names:
        names = list(scenario_names()) if len(sheets) == 1 else [BASELINE]
    names = list(dict.fromkeys([BASELINE, *names]))
    count = len(sheets) * len(names)
    if not sheets or count > MOST_COLUMNS:
        found = f"{counted(len(sheets), 'deal')} under {counted(len(names), 'scenario')}, {counted(count, 'column')}"
        findings.append(Finding("compare", found, f"1 to {MOST_COLUMNS} columns", "name fewer deals or scenarios"))
    if findings:
        raise SpecError(findings)
    return names


def _borrower(sheet: TermSheet) -> str:
    names = sheet.base.names.borrowers
    if len(names) > 1:
        found, fix = f"{sheet.spec.name} has {len(names)} borrowers", "compare single deals, or run `halflife cascade`"
        raise SpecError([Finding("compare", found, "deals of one borrower", fix)])
    return names[0]


def _look(ground: Ground, overlays: Sequence[Overlay]) -> Look:
    plans = [laid(overlays, deal.plan, deal) for deal in ground.deals]
    is_written = all(plan is deal.plan for plan, deal in zip(plans, ground.deals, strict=True))
    return ground.base if is_written else ground.walked(plans)


def _column(ground: Ground, name: str, overlays: Sequence[Overlay], look: Look, first: Look) -> Column:
    numbers = {row: _estimate(look, row) for row in ROWS}
    changes = {row: None if look is first else _change(look, first, row) for row in ROWS}
    deal = ground.deals[0]
    moves = tuple(
        ground.moved(lever, amount)
        for overlay in overlays
        for lever, amount in overlay.moves
        if not lever.missing(deal)
    )
    balance = look.results.mean("debt", ground.borrower)
    return Column(
        ground.sheet.spec.name, name, moves, numbers, changes, {"rating": _letters(numbers["rating"])},
        _pd_by_month(look), tuple(float(x) for x in balance / float(look.results.commitments.sum())), ground.paths,
        len(ground.deals),
    )  # fmt: skip


def _estimate(look: Look, row: str) -> Estimated | None:
    try:
        return look.estimate(BY_QUANTITY[row])
    except SpecError:
        return None


def _change(look: Look, first: Look, row: str) -> Estimated | None:
    try:
        return look.change(first, BY_QUANTITY[row])
    except SpecError:
        return None


def _letters(grade: Estimated | None) -> str:
    """Letter of a grade, and those two standard errors away."""
    if grade is None:
        return ""
    best, worst = (letter(grade.value + sign * grade.error) for sign in (-2.0, 2.0))
    return letter(grade.value) if best == worst else f"{letter(grade.value)} ({best} to {worst})"


def _pd_by_month(look: Look) -> tuple[float, ...]:
    """Cumulative PD from month 0 to the last maturity."""
    results = look.results
    last = int(results.maturities.max())
    place = results.axis.borrowers.index(look.borrower)
    month = np.clip(results.columns["default_month"][:, place], 0, last + 1).astype(np.int64)
    mass = np.bincount(month, look.sample.weights, minlength=last + 2)[1 : last + 1]
    return (0.0, *(float(x) for x in np.cumsum(mass) / look.sample.total))


def _left_out(ground: Ground, name: str, overlays: Sequence[Overlay]) -> list[str]:
    missing = [words for overlay in overlays for words in overlay.left_out(ground.deals[0])]
    return [f"{ground.sheet.spec.name} under {name}: nothing to move for {'; '.join(missing)}."] if missing else []


def _about(overlay: Overlay) -> str:
    spec = overlay.spec
    return f"{spec.title} ({spec.name.replace('_', ' ')}, {spec.severity}): {' '.join(spec.about.split())}"


def _named(read: dict[str, list[Overlay]], name: str) -> Overlay:
    return next(overlay for overlays in read.values() for overlay in overlays if overlay.spec.name == name)

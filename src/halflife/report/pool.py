"""Notes on a pool as a page, as lines and as numbers: who is paid, who is not, and what closed forms say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from halflife.foundation.words import usd
from halflife.metrics.feedback import SURE
from halflife.metrics.note_risk import NoteRisk
from halflife.metrics.pooled import Pooled
from halflife.metrics.sample import Estimated
from halflife.report.cascade_words import short
from halflife.report.filling import fill
from halflife.report.numbers import number_of, share, share_error
from halflife.report.tables import Table

MODES = {
    "sequential": "sequential: principal repays the senior note first",
    "pro_rata": "pro rata until a trigger trips: principal repays all by what they have left",
    "turbo": "turbo: principal and all interest left repay the senior note first",
}
ROUNDING = 1e-9
"""Shares and errors below this are those of adding up probabilities."""


def _share(one: Estimated) -> tuple[str, str]:
    value, error = (0.0 if abs(number) < ROUNDING else number for number in one)
    return share(value, error), share_error(value, error)


def _years(one: Estimated | None) -> tuple[str, str]:
    return ("–", "") if one is None else (f"{one.value:.2f}", f"± {max(one.error, 0.01):.2f}")


def headline(pooled: Pooled) -> list[tuple[str, str, str]]:
    """The numbers at the top: (title, value, what stands beneath it)."""
    first, junior, owners = pooled.notes[0], _junior(pooled), pooled.notes[-1]
    loans, names = number_of(len(pooled.loans), "loan"), number_of(len(pooled.pool.names), "borrower")
    grade, _, span = first.grade.partition(" (")
    rows = [
        ("Pool", short(pooled.cash.balance), f"{loans} of {names}"),
        ("Pool loses", *_share(pooled.pool.el)),
        ("Worst 1 % of paths", _share(pooled.pool.es)[0], "mean loss there, of the pool"),
        (f"Note {first.name}", grade, f"by expected loss; {span.removesuffix(')')}" if span else "by expected loss"),
    ]
    if junior is not first:
        rows.append((f"Note {junior.name}", junior.grade.partition(" (")[0], f"expected loss {_share(junior.el)[0]}"))
    if owners.coupon is None:
        rows.append(("Owners lose", _share(owners.el)[0], f"of {usd(owners.balance)}"))
    return rows


def _junior(pooled: Pooled) -> NoteRisk:
    return [risk for risk in pooled.notes if risk.coupon is not None][-1]


def sentences(pooled: Pooled) -> list[str]:
    """What holders of notes should know, most important first."""
    (el, el_error), (es, es_error) = _share(pooled.pool.el), _share(pooled.pool.es)
    closing = pooled.results.dates[0].isoformat()
    said = [
        f"The pool of {usd(pooled.cash.balance)} loses {el} ({el_error}) on average and {es} ({es_error}) in the mean "
        f"of the worst 1 % of paths, undiscounted and counted from {closing}.",
        _fate(pooled.notes),
        _protection(pooled),
        _closed_forms(pooled),
        _unmet(pooled),
        "A grade here is that of a bond with the same expected loss over the note's average life, no more. Coupons are "
        f"fixed and loans partly float. {number_of(len(pooled.assumptions), 'figure').capitalize()} of the notes and "
        f"{number_of(len(pooled.results.provenance.assumptions), 'figure')} of the system are assumed.",
    ]
    return [text for text in said if text]


def _protection(pooled: Pooled) -> str:
    junior = _junior(pooled)
    diverts = float(pooled.over_paths(pooled.tranched.tripped).max())
    return (
        f"The notes are {MODES[pooled.tranched.structure.mode]}. In the worst month a trigger diverts interest on "
        f"{share(diverts)} of the paths. Interest left, reserve and triggers change the expected loss of note "
        f"{junior.name} from {100 * junior.loss_alone.value:.2f} %, if losses were simply cut by size, to "
        f"{100 * junior.el.value:.2f} %."
    )


def _closed_forms(pooled: Pooled) -> str:
    by_defaults, by_losses = pooled.companions[0], pooled.companions[1]
    if pooled.pool.el.value <= 0.0:
        return ""
    rho, scale = by_defaults.correlation, by_losses.severity.value
    return (
        f"The simulated defaults spread as under a Gaussian copula with a correlation of {rho.value:.2f} "
        f"(± {rho.error:.2f}). With that and mean losses given default the worst 1 % would lose "
        f"{_share(by_defaults.es)[0]} of the pool, against {_share(pooled.pool.es)[0]} here: a mean over "
        f"defaults hides that severe losses come together. Defaults {scale:.1f} times as rare and losses as much "
        f"larger meet the variance of the pool's loss too, and give {_share(by_losses.es)[0]}."
    )


def _unmet(pooled: Pooled) -> str:
    names = [one.name for one in pooled.companions if not one.is_met]
    if not names or pooled.pool.el.value <= 0.0:
        return ""
    return f"Not met at any correlation and size of losses: {'; '.join(names)}."


def _fate(notes: Sequence[NoteRisk]) -> str:
    """Which notes lose something."""
    never = [risk.name for risk in notes if risk.coupon is not None and risk.loss_probability.value <= 0.0]
    text = ""
    if never:
        word = "Note" if len(never) == 1 else "Notes"
        verb = "loses" if len(never) == 1 else "lose"
        text = f"{word} {' and '.join(never)} {verb} nothing on any path. "
    losing = [risk for risk in notes if risk.coupon is not None and risk.loss_probability.value > 0.0]
    for risk in losing[::-1]:
        error = "" if risk.el.value > SURE * risk.el.error else ", within two errors of none"
        text += (
            f"Note {risk.name} loses principal with probability {_share(risk.loss_probability)[0]} "
            f"({_share(risk.loss_probability)[1]}), {_share(risk.el)[0]} of its balance on average{error}. "
        )
    return text.strip()


def note_table(pooled: Pooled) -> Table:
    """Every note and the owners: what they hold and lose."""
    rows = [
        (risk.name, usd(risk.balance), f"{share(risk.attachment)} to {share(risk.detachment)}",
         "–" if risk.coupon is None else f"{100 * risk.coupon:.2f} %", *_share(risk.el), *_share(risk.loss_probability),
         *_years(risk.wal), risk.grade or "–")
        for risk in pooled.notes
    ]  # fmt: skip
    columns = ("note", "balance", "of the pool", "coupon", "expected loss", "error", "loses principal", "error",
               "average life, years", "error", "grade by expected loss")  # fmt: skip
    said = (
        "Losses are of principal, over the balance, undiscounted. The owners' loss counts their part of the pool, not "
        "the interest left that they receive."
    )
    return Table("Notes", columns, tuple(rows), frozenset(range(1, 10)), said)


def tail_table(pooled: Pooled) -> Table:
    """Every note and the owners: interest, and the worst paths."""
    rows = [
        (risk.name, *_share(risk.es), *_share(risk.unpaid_probability), *_share(risk.late_probability))
        for risk in pooled.notes
    ]
    columns = ("note", "worst 1 %", "error", "interest never paid", "error", "interest ever late", "error")
    said = "Worst 1 %: expected shortfall of the note's own loss of principal. The other columns are probabilities."
    return Table("Interest and the tail", columns, tuple(rows), frozenset(range(1, 7)), said)


def companion_table(pooled: Pooled) -> Table:
    """Simulation and closed forms side by side."""
    models, es = pooled.companions, pooled.pool.es
    columns = ("expected loss", "simulated", "losses alone", *(one.name for one in models))
    rows: list[tuple[str, ...]] = [
        (risk.name, *(_both(one) for one in (risk.el, risk.loss_alone, *(model.el[place] for model in models))))
        for place, risk in enumerate(pooled.notes)
    ]
    rows += [
        ("worst 1 %, pool", *(_both(one) for one in (es, es, *(model.es for model in models)))),
        ("correlation", "–", "–", *(f"{one.correlation.value:.2f} ± {one.correlation.error:.2f}" for one in models)),
        ("losses times", "–", "–", *(_multiple(one.severity) for one in models)),
    ]
    said = (
        "Losses alone: the simulated losses cut by size. By defaults: every borrower's own probability of default and "
        "mean loss given default; one correlation, at which the variance of defaults weighted by these losses is that "
        "over the paths. By losses: the same correlation; losses larger and defaults rarer by one multiple, means "
        "kept, until the variance of the pool's loss is met too. Closed forms know size only: no interest left, "
        "reserve, triggers or dates."
    )
    return Table("Beside closed forms", columns, tuple(rows), frozenset(range(1, len(columns))), said)


def _both(one: Estimated) -> str:
    value, error = _share(one)
    return value if error == "± 0" else f"{value} {error}"


def _multiple(one: Estimated) -> str:
    return f"{one.value:.1f}" + (f" ± {one.error:.1f}" if one.error > 0.0 else "")


def loan_table(pooled: Pooled) -> Table:
    """The loans of the pool."""
    rows: list[tuple[str, ...]] = [
        (loan.name, usd(loan.balance), share(loan.share), *_share(loan.pd), *_share(loan.el))
        for loan in sorted(pooled.loans, key=lambda loan: (-loan.el.value * loan.balance, loan.name))
    ]
    columns = ("loan", "held", "of the facility", "defaults", "error", "expected loss", "error")
    said = "Expected loss: of the balance at closing, undiscounted."
    return Table("Loans", columns, tuple(rows), frozenset(range(1, 7)), said)


def short_table(pooled: Pooled) -> Table:
    """The notes in a few columns, for a terminal."""
    rows: list[tuple[str, ...]] = []
    for risk in pooled.notes:
        el, lost, years = (" ".join(part for part in parts if part and part != "± 0")
                           for parts in (_share(risk.el), _share(risk.loss_probability), _years(risk.wal)))  # fmt: skip
        closed = share(max(pooled.companions[1].el[len(rows)].value, 0.0))
        rows.append((risk.name, short(risk.balance), el, closed, lost, years, risk.grade or "–"))
    columns = ("note", "balance", "expected loss", "Gaussian copula", "loses principal", "life, years", "grade")
    return Table("Notes", columns, tuple(rows), frozenset(range(1, 6)))


def pool_tables(pooled: Pooled) -> list[Table]:
    """All tables of numbers."""
    return [note_table(pooled), tail_table(pooled), companion_table(pooled), loan_table(pooled)]


def pool_dict(pooled: Pooled) -> dict[str, Any]:
    """All numbers, ready for JSON: estimates are ``{"value", "standard_error"}``."""
    made, structure = pooled.results.provenance, pooled.tranched.structure
    return {
        "name": pooled.name, "system": pooled.results.name,
        "seed": made.seed, "paths": made.paths, "draws": made.draws, "digest": made.digest, "version": made.version,
        "balance": pooled.cash.balance, "mode": structure.mode, "reserve": structure.reserve, "fee": structure.fee,
        "pool": _row(pooled.pool),
        "notes": [_row(risk) for risk in pooled.notes],
        "closed_forms": [_row(one) for one in pooled.companions],
        "loans": [_row(loan) for loan in pooled.loans],
        "contributions": [_row(part) for part in pooled.tail],
        "assumed": [list(row) for row in pooled.assumptions],
        "sources": [list(row) for row in pooled.sources],
    }  # fmt: skip


def _row(one: Any) -> dict[str, Any]:
    return {name: _plain(getattr(one, name)) for name in one.__dataclass_fields__}


def _plain(one: Any) -> Any:
    if isinstance(one, Estimated):
        return {"value": float(one.value), "standard_error": float(one.error)}
    return [_plain(part) for part in one] if isinstance(one, tuple) else one


def render_pool(pooled: Pooled) -> str:
    """One self-contained page: no script, no request, prints well."""
    from halflife.report import pool_charts as charts

    figures = [
        ("Expected loss of every note", charts.notes_chart(pooled)),
        ("What the pool loses", charts.loss_chart(pooled)),
        ("Who is repaid when", charts.balance_chart(pooled)),
        ("Whose the worst losses are", charts.borrowers_chart(pooled)),
        ("Triggers and losses by month", charts.triggers_chart(pooled)),
    ]
    written = [
        Table("Assumed for the notes", ("figure", "written", "reason"), pooled.assumptions),
        Table("Sources of the notes", ("figure", "written", "source"), pooled.sources),
    ]
    return fill(
        "pool.html",
        "cascade.css",
        pooled=pooled,
        made=pooled.results.provenance,
        valuation=pooled.results.dates[0].isoformat(),
        headline=headline(pooled),
        sentences=sentences(pooled),
        figures=[chart for chart in figures if chart[1]],
        tables=pool_tables(pooled),
        written=[table for table in written if table.rows],
    )

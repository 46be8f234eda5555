"""Tables of a run as plain rows of words, for a page or a terminal."""

from __future__ import annotations

from dataclasses import dataclass

from halflife.metrics import Curve, Measure
from halflife.report.found import Found
from halflife.report.numbers import about, error_of, share, share_error, shown
from halflife.report.titles import GROUPS, IN_TABLES_OF_THEIR_OWN

Curves = dict[tuple[str, str], tuple[Curve, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words under headings; `numeric` columns are set to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    note: str = ""


def headline(found: Found, borrower: int) -> list[tuple[str, str, str]]:
    """The numbers at the top: (title, value, what stands beneath it)."""
    name, claim = found.results.axis.borrowers[borrower], found.claim(borrower)
    cells = []
    rating = found.get("implied_rating_by_pd", name)
    if rating is not None:
        grade, _, span = rating.text.partition(" (")
        cells.append(("Implied rating", grade, f"by PD, {span.removesuffix(')')}" if span else "by PD"))
    for title, measure, entity in (
        ("Probability of default", "pd", name),
        ("Loss given default", "lgd", claim),
        ("Expected loss", "el", claim),
        ("Fair spread", "fair_spread", claim),
        ("Lowest DSCR", "minimum_dscr", name),
        ("Average life", "wal", claim),
    ):
        one = found.get(measure, entity)
        if one is not None:
            cells.append((title, shown(one), _beneath(found, one, claim)))
    return cells


def _beneath(found: Found, one: Measure, claim: str) -> str:
    error = error_of(one)
    contract = found.get("contract_spread", claim)
    if one.name == "fair_spread" and contract is not None:
        return f"{error}; documents {shown(contract)}"
    extra = {"minimum_dscr": "median path", "pd": one.note.split("; ")[0], "el": "of the commitment"}.get(one.name, "")
    shown_error = "" if error == "± 0" else error
    return "; ".join(part for part in (shown_error, extra) if part)


def measure_tables(found: Found) -> list[Table]:
    """Every measure with its error, formula and note; what is not applicable with its reason."""
    axis = found.results.axis
    names_entities = len(axis.borrowers) > 1 or len(axis.facilities) > 1
    tables = []
    for heading, rows in GROUPS:
        if heading not in IN_TABLES_OF_THEIR_OWN:
            written = [row for name, title in rows for row in _rows(found, name, title)]
            columns = ("measure", "of", "value", "error", "formula", "note")
            table = Table(heading, columns, tuple(written), frozenset({2, 3}))
            tables.append(table if names_entities else _without_entity(table))
    return tables


def _rows(found: Found, name: str, title: str) -> list[tuple[str, ...]]:
    """One row an entity; what the row above says already is left blank."""
    rows: list[tuple[str, ...]] = []
    last_note = ""
    for one in found.named(name):
        if isinstance(one, Measure):
            formula, note = one.formula, one.note
            value, error = shown(one), error_of(one)
        else:
            formula, note, value, error = "", one.reason, "n/a", ""
        rows.append(("" if rows else title, one.entity, value, error, "" if rows else formula,
                     "" if note == last_note else note))  # fmt: skip
        last_note = note
    return rows


def _without_entity(table: Table) -> Table:
    """The same without the column that says of whom: there is only one borrower with one facility."""
    columns = table.columns[:1] + table.columns[2:]
    return Table(table.title, columns, tuple(row[:1] + row[2:] for row in table.rows), frozenset({1, 2}), table.note)


def covenant_table(found: Found, curves: Curves) -> Table:
    """Each covenant: threshold, breach probability, first breach, headroom."""
    rows = []
    for name in found.results.axis.covenants:
        breach, when = found.get("breach_probability", name), found.get("first_breach", name)
        room = found.get("covenant_headroom", name)
        rows.append((
            name,
            _threshold(curves.get(("threshold", name))),
            about(breach) if breach else "n/a",
            when.text if when else "never",
            about(room) if room else "n/a",
            room.note.split(";")[0] if room else found.reason("covenant_headroom", name),
        ))  # fmt: skip
    columns = (
        "covenant",
        "test and threshold",
        "breach probability",
        "median first breach",
        "headroom",
        "worst date",
    )
    return Table("Covenants", columns, tuple(rows), frozenset({2, 3, 4}))


def _threshold(curve: tuple[Curve, ...] | None) -> str:
    if not curve:
        return "n/a"
    test, first, last = curve[0].label.replace("_", " "), curve[0].value[0], curve[0].value[-1]
    if first > 100.0:
        return f"{test} USD {first / 1e6:,.0f} m"
    return f"{test} {first:.2f}" + (f", later {last:.2f}" if last != first else "")


def people_table(found: Found, curves: Curves) -> Table:
    """Who failed first: each counterparty's rating and failure, and what it means for the deal."""
    first: dict[str, tuple[float, float]] = {}
    for (name, _), drawn in curves.items():
        if name == "failed_first":
            bars = drawn[0]
            first = dict(zip(bars.ticks, zip(bars.value, bars.standard_error, strict=True), strict=True))
    rows = []
    for party in found.results.axis.parties:
        rating = found.get("party_rating", party)
        cells = [about(one) if (one := found.get(name, party)) else "n/a"
                 for name in ("party_pd", "pd_if_failed", "pd_if_alive", "share_after_failure")]  # fmt: skip
        rows.append((party, rating.text if rating else "unrated", *cells, _share_of(first, party)))
    if first:
        rows.append(("nobody", "", "", "", "", "", _share_of(first, "nobody")))
    columns = (
        "counterparty",
        "rating",
        "fails",
        "PD if it fails",
        "PD if not",
        "defaults after it",
        "failed first",
    )
    note = "failed first: probability that the deal defaults and this party had failed first; the sum is the PD"
    return Table("Who failed first", columns, tuple(rows), frozenset(range(2, 7)), note)


def _share_of(first: dict[str, tuple[float, float]], who: str) -> str:
    return share(*first[who]) if who in first else "n/a"


def causes_table(curves: Curves) -> Table:
    """Probability of default by the first event of default."""
    rows = []
    for (name, entity), drawn in curves.items():
        if name == "default_causes":
            bars = drawn[0]
            for tick, value, error in zip(bars.ticks, bars.value, bars.standard_error, strict=True):
                rows.append((entity, tick, share(value, error), share_error(value, error)))
    columns = ("borrower", "cause", "probability", "error")
    return _of_borrowers(Table("Events of default", columns, tuple(rows), frozenset({2, 3})))


def term_table(curves: Curves, dates: tuple[object, ...]) -> Table:
    """PD by year."""
    rows = []
    for (name, entity), drawn in curves.items():
        if name == "pd_by_year":
            line = drawn[0]
            for month, value, error in zip(line.at, line.value, line.standard_error, strict=True):
                rows.append((entity, str(dates[int(month)]), share(value, error), share_error(value, error)))
    columns = ("borrower", "by", "cumulative PD", "error")
    return _of_borrowers(Table("PD by year", columns, tuple(rows), frozenset({2, 3})))


def _of_borrowers(table: Table) -> Table:
    """The table without its first column where there is only one borrower."""
    if len({row[0] for row in table.rows}) > 1:
        return table
    numeric = frozenset(place - 1 for place in table.numeric)
    return Table(table.title, table.columns[1:], tuple(row[1:] for row in table.rows), numeric, table.note)


def provenance_tables(found: Found) -> list[Table]:
    """What was assumed, what was cited, and how to make the same numbers again."""
    made = found.results.provenance
    run = (
        ("seed", str(made.seed)),
        ("paths", f"{made.paths:,}"),
        ("draws of the assumed ranges", str(made.draws)),
        ("unresolved paths", str(found.results.unresolved)),
        ("Halflife", made.version),
        ("digest of the term sheet, facts and code", made.digest),
        *((f"facts: {name}", day) for name, day in made.facts),
    )
    return [
        Table("Assumptions", ("figure", "written", "reason"), made.assumptions,
              note="Figures that are not public. A range is integrated over when the run has several draws."),
        Table("Sources", ("figure", "written", "source"), made.sources),
        Table("Run", ("", ""), run),
    ]  # fmt: skip

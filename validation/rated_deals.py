"""Run the real deals and write the tables of docs/validation.md: engine against agencies and market.

One calibration for all deals, a second column with the market entry known at signing, and the naive rule
"offtaker minus two notches" beside them. The words between the tables are written by hand and are left alone.

    python validation/rated_deals.py [--paths 20000] [--seed 7] [--check]
"""

from __future__ import annotations

import argparse
import math
import re
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from halflife.facts import letter, load_market, load_spreads, notch
from halflife.metrics import Measure, curve, measure
from halflife.results import Results
from halflife.study.run import run
from halflife.study.termsheet import load

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "validation.md"
NAIVE_NOTCHES = 2.0
SUCCESSORS = re.compile(r"^ +successors:\n(?:^ {10,}.*\n)+", re.MULTILINE)


@dataclass(frozen=True)
class Published:
    """What agencies and the market said of one deal; sources in the deal's file.

    said : ratings as published;  ratings : the same on the S&P scale;  spread : bp over SOFR, None if not published
    offtaker : S&P-scale notch of the weakest customer, middle of a band, None where unrated
    operator : its name;  known : market facts entry that ends before signing
    """

    file: str
    label: str
    said: str
    ratings: tuple[str, ...]
    spread: float | None
    offtaker: float | None
    operator: str
    known: str

    @property
    def notch(self) -> float | None:
        """Mean notch of the published ratings."""
        return statistics.fmean(notch(one) for one in self.ratings) if self.ratings else None


DEALS = (
    Published("coreweave-ddtl-1.0", "DDTL 1.0", "none", (), 962.0, 12.5, "CoreWeave", "known-2023-07"),
    Published("coreweave-ddtl-3.0", "DDTL 3.0", "none", (), 400.0, None, "CoreWeave", "known-2025-07"),
    Published("coreweave-ddtl-4.0", "DDTL 4.0", "A3, A (low)", ("A-", "A-"), 225.0, 4.0, "CoreWeave",
              "known-2026-03"),
    Published("coreweave-ddtl-5.0", "DDTL 5.0", "Ba2, BB+", ("BB", "BB+"), 450.0, 13.5, "CoreWeave",
              "known-2026-05"),
    Published("usdai-duos-b300", "Duos B300", "none", (), None, 12.5, "Duos", "known-2026-05"),
)  # fmt: skip
"""A3 and A (low) are A-; Ba2 is BB. Bands: B to BB is 12 to 15, BBB- to B is 10 to 15."""


@dataclass(frozen=True)
class Outcome:
    """Measures of one run by name, and what else the page needs."""

    deal: Published
    measures: dict[str, Measure]
    causes: dict[str, float] = field(default_factory=dict)
    with_operator: float = math.nan
    """PD on paths on which the operator does not fail before."""

    def __getitem__(self, name: str) -> Measure:
        return self.measures[name]

    @property
    def explained(self) -> float:
        """Spread for expected loss and for bearing risk, bp."""
        return self["el_spread"].value + self["risk_premium"].value


NAMES = (
    "pd", "lgd", "el", "wal", "implied_rating_by_pd", "implied_rating_by_el", "el_spread", "risk_premium",
    "fair_spread", "minimum_dscr", "average_dscr", "peak_ltv_orderly",
)  # fmt: skip


def as_known(text: str, entry: str) -> str:
    """The deal with the market entry known at signing.

    Those entries hold launches in their trend, so the listed successors go; shocks are theirs as well.
    """
    degrees = round(load_market(entry).compute.shock_degrees.value)
    text = text.replace("    facts: default\n", f"    facts: {entry}\n")
    text = re.sub(r"shock_degrees: \d+", f"shock_degrees: {degrees}", text)
    return SUCCESSORS.sub("", text)


def answer(deal: Published, results: Results) -> Outcome:
    """Ask a run for the measures of the page; one that cannot be had stops the script."""
    found: dict[str, Measure] = {}
    for name in NAMES:
        one = measure(results, name)
        if not isinstance(one, Measure):
            raise SystemExit(f"{deal.label}: {name}: {one.reason}")
        found[name] = one
    rows = curve(results, "default_causes")
    causes = dict(zip(rows[0].ticks, rows[0].value, strict=True)) if isinstance(rows, tuple) else {}
    first = curve(results, "failed_first")
    if isinstance(first, tuple):
        causes |= {f"first {who}": share for who, share in zip(first[0].ticks, first[0].value, strict=True)}
    alive = measure(results, "pd_if_alive", deal.operator)
    return Outcome(deal, found, causes, alive.value if isinstance(alive, Measure) else math.nan)


def simulate(paths: int, seed: int) -> tuple[list[Outcome], list[Outcome]]:
    """All deals under the default entry, and under the entry known at signing."""
    default, known = [], []
    for deal in DEALS:
        text = (ROOT / "examples" / f"{deal.file}.yaml").read_text(encoding="utf-8")
        default.append(answer(deal, run(load(text), paths=paths, seed=seed).results))
        known.append(answer(deal, run(load(as_known(text, deal.known)), paths=paths, seed=seed).results))
    return default, known


@dataclass(frozen=True)
class Premium:
    """Illiquidity premium from the other deals, bp; `error` is that of their mean."""

    value: float
    error: float
    deals: int


def left_out(outcomes: Sequence[Outcome], place: int) -> Premium:
    """Mean residual of quoted spread less explained spread over the other deals that have a quote."""
    others = [
        one.deal.spread - one.explained
        for other, one in enumerate(outcomes)
        if other != place and one.deal.spread is not None
    ]
    return Premium(statistics.fmean(others), statistics.stdev(others) / math.sqrt(len(others)), len(others))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _percent(one: Measure, digits: int = 2) -> str:
    return f"{100 * one.value:.{digits}f} ± {100 * (one.standard_error or 0.0):.{digits}f}"


def _notches(value: float, published: float | None) -> str:
    return "no rating" if published is None else f"{value - published:+.1f}"


def ratings(outcomes: Sequence[Outcome]) -> str:
    """Implied against published ratings."""
    head = ["deal", "published", "PD, %", "LGD, %", "EL, % of commitment", "by PD", "by EL", "error by PD",
            "error by EL"]  # fmt: skip
    rows = []
    for one in outcomes:
        published, by_pd, by_el = one.deal.notch, one["implied_rating_by_pd"], one["implied_rating_by_el"]
        rows.append([
            one.deal.label, one.deal.said, _percent(one["pd"]), _percent(one["lgd"], 1), _percent(one["el"], 3),
            by_pd.text, by_el.text, _notches(by_pd.value, published), _notches(by_el.value, published),
        ])  # fmt: skip
    return table(head, rows)


def spreads(outcomes: Sequence[Outcome]) -> str:
    """Fair against quoted spreads, with the premium estimated from the other deals."""
    head = ["deal", "EL spread", "risk premium", "illiquidity (others)", "fair", "quoted", "error",
            "residual of the deal"]  # fmt: skip
    rows = []
    for place, one in enumerate(outcomes):
        premium = left_out(outcomes, place)
        fair, quoted = one.explained + premium.value, one.deal.spread
        error = math.hypot(one["fair_spread"].standard_error or 0.0, premium.error)
        rows.append([
            one.deal.label, _bp(one["el_spread"]), _bp(one["risk_premium"]),
            f"{premium.value:.0f} ± {premium.error:.0f} ({premium.deals} deals)", f"{fair:.0f} ± {error:.0f}",
            "not published" if quoted is None else f"{quoted:.0f}",
            "" if quoted is None else f"{fair - quoted:+.0f}",
            "" if quoted is None else f"{quoted - one.explained:+.0f}",
        ])  # fmt: skip
    return table(head, rows)


def _bp(one: Measure) -> str:
    return f"{one.value:.0f} ± {one.standard_error or 0.0:.0f}"


def naive_spread(grade: float) -> float | None:
    """Corporate index spread at a grade, bp, from the fitted curve; None outside BBB to CCC."""
    facts, x = load_spreads(), grade - notch("BBB")
    if not notch("BBB") <= grade <= notch("CCC"):
        return None
    parts = (facts.log_spread_intercept.value, facts.log_spread_slope.value, facts.log_spread_curvature.value)
    return 1e4 * math.exp(parts[0] + parts[1] * x + parts[2] * x * x)


def naive(outcomes: Sequence[Outcome]) -> str:
    """The rule "offtaker minus two notches" against the same publications."""
    head = ["deal", "offtaker", "naive rating", "published", "error", "engine by PD", "engine by EL",
            "index spread at naive rating", "quoted"]  # fmt: skip
    rows = []
    for one in outcomes:
        deal = one.deal
        quoted = "not published" if deal.spread is None else f"{deal.spread:.0f}"
        if deal.offtaker is None:
            rows.append([deal.label, "unrated", "no answer", deal.said, "", "", "", "no answer", quoted])
            continue
        grade = deal.offtaker + NAIVE_NOTCHES
        spread = naive_spread(grade)
        rows.append([
            deal.label, letter(deal.offtaker), letter(grade), deal.said, _notches(grade, deal.notch),
            _notches(one["implied_rating_by_pd"].value, deal.notch),
            _notches(one["implied_rating_by_el"].value, deal.notch),
            "outside BBB to CCC" if spread is None else f"{spread:.0f}", quoted,
        ])  # fmt: skip
    return table(head, rows)


def causes(outcomes: Sequence[Outcome]) -> str:
    """Why borrowers default: first event of default, and which party had failed first; % of paths."""
    names = sorted({name for one in outcomes for name in one.causes if not name.startswith("first ")})
    head = ["deal", *names, "party that failed first", "PD while the operator lives", "lowest DSCR (median)",
            "peak debt over orderly value"]  # fmt: skip
    rows = []
    for one in outcomes:
        first = ", ".join(
            f"{name.removeprefix('first ')} {100 * share:.1f}"
            for name, share in one.causes.items() if name.startswith("first ")
        )  # fmt: skip
        rows.append([
            one.deal.label, *(f"{100 * one.causes.get(name, 0.0):.2f}" for name in names), first,
            f"{100 * one.with_operator:.2f}", f"{one['minimum_dscr'].value:.2f}x",
            f"{one['peak_ltv_orderly'].value:.2f}x",
        ])  # fmt: skip
    return table(head, rows)


FILED = (
    ("coreweave-ddtl-1.0", date(2026, 3, 31), 1438.0, "10-Q for 2026-03-31; used for the balloon's range"),
    ("coreweave-ddtl-1.0", date(2026, 6, 30), 1300.0, "10-Q for 2026-06-30, via secondary; used likewise"),
    ("coreweave-ddtl-3.0", date(2026, 6, 30), 2215.0, "10-Q for 2026-06-30, via secondary"),
    ("coreweave-ddtl-4.0", date(2026, 6, 30), 2837.0, "10-Q for 2026-06-30, via secondary"),
    ("coreweave-ddtl-5.0", date(2026, 6, 30), 1101.0, "10-Q for 2026-06-30, via secondary"),
)
"""Debt outstanding that was filed after signing: deal, day, m USD, where."""


def filed_later() -> str:
    """What the rule of inference says against what was filed afterwards; the base case, no simulation."""
    rows = []
    for file, day, filed, source in FILED:
        base = load(ROOT / "examples" / f"{file}.yaml").base
        balance = base.base.debt.loans[0].walk.balance[base.grid.month_of(day)] / 1e6
        rows.append([file, f"debt on {day}, m USD", f"{balance:,.0f}", f"{filed:,.0f}", source])
    meta = load(ROOT / "examples" / "coreweave-ddtl-4.0.yaml").base
    revenue = meta.base.revenue[0, : meta.plan.last_maturity + 1].sum() / 1e9
    rows.append(["coreweave-ddtl-4.0", "contract revenue to maturity, bn USD", f"{revenue:.1f}", "about 19",
                 "contracted backlog behind the loan, agency releases of 2026-03-31"])  # fmt: skip
    return table(["deal", "what", "inferred", "filed", "source"], rows)


def fill(page: str, tables: dict[str, str]) -> str:
    """Put tables between their marks.

    Raises
    ------
    SystemExit
        If a mark is missing.
    """
    for name, text in tables.items():
        begin, end = f"<!-- table: {name} -->", f"<!-- end: {name} -->"
        if begin not in page or end not in page:
            raise SystemExit(f"{PAGE.name} has no place for the table '{name}'")
        before, rest = page.split(begin, 1)
        page = before + begin + "\n" + text + "\n" + end + rest.split(end, 1)[1]
    return page


TABLES: dict[str, Callable[[Sequence[Outcome]], str]] = {
    "ratings": ratings, "spreads": spreads, "causes": causes, "naive": naive,
}  # fmt: skip


def main() -> int:
    """Write the tables; with ``--check`` say whether the page is up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    default, known = simulate(asked.paths, asked.seed)
    tables = {name: draw(default) for name, draw in TABLES.items()}
    tables |= {f"{name} as known": TABLES[name](known) for name in ("ratings", "spreads", "causes")}
    tables["filed later"] = filed_later()
    page = PAGE.read_text(encoding="utf-8")
    fresh = fill(page, tables)
    if asked.check:
        return int(fresh != page)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The page about feedback is whole, legible as text, honest about errors and needs nothing from outside."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from halflife.foundation.grid import add_months
from halflife.metrics.feedback import (
    defaults_by_month,
    exceedance,
    facility_rows,
    is_cliff,
    lender_rows,
    smallest_that_stops,
    tails,
)
from halflife.metrics.portfolio import Portfolio, by_label
from halflife.metrics.sample import Estimated, Sample
from halflife.metrics.systemic import Backstop, Cascade, Cliff, Fabric, Indicators, Point, Rank
from halflife.report.cascade import cascade_dict, cascade_lines, render_cascade
from halflife.report.cascade_tables import gathered
from halflife.report.network import MOST_NODES, gather, network, order, settle
from halflife.report.tables import Table
from halflife.results import Axis, Provenance, Results, Summary

MONTHS, MATURITY, PATHS = 72, 60, 1500
MACHINES = ("H100", "B200", "GB300", "S21")
NEVER = 0.0


def months_of(rng: np.random.Generator, chance: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Month of failure ``[path, entity]``, 0 if none, likelier together on bad paths."""
    tilt = np.clip(chance * np.exp(0.9 * factor[:, None] - 0.4), 0.0, 0.95)
    failed = rng.random(tilt.shape) < tilt
    return np.where(failed, np.ceil(6 + (MATURITY - 6) * rng.random(tilt.shape) ** 0.8), NEVER)


def make_axis(borrowers: int, lenders: int, facilities: int) -> Axis:
    names = tuple(f"borrower {b + 1:02d}" for b in range(borrowers))
    owner = tuple(f % borrowers for f in range(facilities))
    return Axis(
        borrowers=names, facilities=tuple(f"{names[b]}: loan {f // borrowers + 1}" for f, b in enumerate(owner)),
        covenants=(), machines=MACHINES, parties=("Hyperscaler", "Lab"), fleets=(), accounts=(), steps=(),
        facility_borrower=owner, covenant_borrower=(), step_borrower=(),
        lenders=tuple(f"lender {chr(65 + i % 26)}{i // 26 or ''}" for i in range(lenders)),
    )  # fmt: skip


def make_results(axis: Axis, strength: float, paths: int, seed: int) -> Results:
    """A made-up run whose defaults, prices and capital grow worse with the strength of feedback."""
    rng = np.random.default_rng(seed)
    factor = rng.standard_normal(paths)
    size = rng.lognormal(0.0, 1.0, len(axis.facilities)) * 6e8
    chance = rng.uniform(0.01, 0.25, len(axis.borrowers))
    default = months_of(rng, chance * (1.0 + strength), factor)
    owner = np.array(axis.facility_borrower)
    loss = (default[:, owner] > 0) * size * rng.beta(2.0, 3.0, (paths, owner.size)) * (1.0 + 0.4 * strength)
    lender = months_of(rng, np.full(len(axis.lenders), 0.02 + 0.06 * strength), factor)
    party = months_of(rng, np.array([0.005, 0.15]), factor)
    t = np.arange(MONTHS + 1)
    dip = strength * np.exp(-(((t - 30) / 14) ** 2))
    rows = {}
    for place, machine in enumerate(axis.machines):
        rows["mark", machine] = 1.0 - dip * (0.08 + 0.09 * place)
        rows["rent", machine] = 2.5 * np.exp(-0.012 * t - 0.1 * dip * place)
    for place, name in enumerate(axis.lenders):
        rows["capital_ratio", name] = 0.14 - 0.004 * place % 0.1 - 0.0007 * t - 0.03 * dip
        rows["weak", name] = np.clip(0.01 * t / 60 + dip * 0.02 * (place % 15), 0.0, 1.0)
    sums = paths * np.array(list(rows.values()))
    start = datetime.date(2026, 9, 30)
    return Results(
        name="A made-up sector", dates=tuple(add_months(start, m) for m in range(MONTHS + 1)), axis=axis,
        provenance=Provenance(
            spec="", digest="0123456789abcdef", seed=seed, paths=paths, draws=1, version="0.1.0",
            facts=(("market/default", "2026-10-08"),),
            assumptions=(("lenders[lender A].holdings", "pro rata", "holdings are not public"),),
            sources=(("borrowers[borrower 01].debt", "1 bn USD", "8-K of 2026-03-31"),),
        ),
        series={key: row for row, key in enumerate(rows)}, fans={}, fan_months=np.zeros(0, dtype=np.int64), edges={},
        summary=Summary(float(paths), sums, np.zeros((0, 0, 0))),
        columns={"weight": np.ones(paths), "draw": np.zeros(paths), "default_month": default, "pv_loss": loss,
                 "lender_failed": lender, "party_failed": party},
        commitments=size, maturities=np.full(owner.size, MATURITY), unresolved=0,
    )  # fmt: skip


def make_cascade(borrowers: int = 25, lenders: int = 15, facilities: int = 100, paths: int = PATHS) -> Cascade:
    axis = make_axis(borrowers, lenders, facilities)
    off, on = (make_results(axis, strength, paths, 3) for strength in (0.0, 0.8))
    sample = Sample(np.ones(paths))
    loss_off, loss_on = (run.columns["pv_loss"].sum(axis=1) for run in (off, on))
    added = sample.mean(loss_on - loss_off)
    parts = {"prices": 0.55, "rents": 0.2, "refinancing": 0.22, "funding": 0.05, "defaults": -0.02}
    ranks = [Rank("borrower", axis.borrowers[b], sample.mean((on.columns["default_month"][:, b] > 0) * 1.0),
                  Estimated(added.value * 0.5**b, added.error), Estimated(added.value, added.error) if b else None)
             for b in range(min(6, borrowers))]  # fmt: skip
    ranks += [Rank("lender", axis.lenders[0], sample.mean((on.columns["lender_failed"][:, 0] > 0) * 1.0),
                   Estimated(0.3 * added.value, 0.02 * added.value), None),
              Rank("machine", "GB300", None, Estimated(0.4 * added.value, added.error), None)]  # fmt: skip
    return Cascade(
        off=off, on=on, sample=sample, loss_off=loss_off, loss_on=loss_on,
        amplification=sample.ratio(loss_on, loss_off),
        shares={name: Estimated(part * added.value, 0.06 * added.value) for name, part in parts.items()},
        ranks=tuple(ranks),
    )  # fmt: skip


def make_cliff(lever: str, jump: float) -> Cliff:
    sizes = (0.0, 0.1, 0.2, 0.3, 0.3125, 0.325, 0.35, 0.4, 0.5, 0.6, 0.7) if lever == "rent" else (
        4.0, 2.0, 1.0, 0.5, 0.420448, 0.353553, 0.25, 0.125)  # fmt: skip
    points = []
    for place, size in enumerate(sizes):
        off = 4e9 * (1.0 + 0.15 * place)
        on = 1.2 * off + (jump if place >= 5 else 0.0)
        points.append(Point(size, Estimated(off, 1e8), Estimated(on, 2e8), Estimated(on / off, 0.03)))
    steep = 6.2 if jump > 1e9 else 1.3
    return Cliff(lever, tuple(points), sizes[4], sizes[5], Estimated(jump or 1e8, 3e8), steep)


def make_backstops(floor: float = 1.0) -> list[Backstop]:
    return [
        Backstop(price, size, Estimated(0.2 * size * price, 1e7), 0.9 * size, Estimated(0.3, 0.01),
                 Estimated(0.05 * size * price, 5e6), Estimated(5e9, 1e8),
                 Estimated(max(floor, 1.5 - 0.55 * price * (size / 1e10) ** 0.4), 0.02))
        for price in (0.5, 0.7, 0.9) for size in (1e9, 3e9, 1e10)
    ]  # fmt: skip


def make_holdings(cascade: Cascade) -> tuple[list[tuple[str, str, float]], list[tuple[str, str, float]]]:
    axis, rng = cascade.on.axis, np.random.default_rng(9)
    holdings = []
    for facility, commitment in zip(axis.facilities, cascade.on.commitments, strict=True):
        chosen = rng.choice(len(axis.lenders), min(3, len(axis.lenders)), replace=False)
        holdings += [(axis.lenders[i], facility, float(commitment) * part)
                     for i, part in zip(chosen, (0.5, 0.3, 0.2), strict=False)]  # fmt: skip
    links = [(name, MACHINES[b % 4], 3.0) for b, name in enumerate(axis.borrowers)]
    links += [(name, axis.parties[b % 2], 1.0) for b, name in enumerate(axis.borrowers) if b % 3]
    return holdings, links


class Balance(HTMLParser):
    """Counts tags that are opened and not closed."""

    void = frozenset({"meta", "path", "use", "br", "hr", "img", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.trouble: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in self.void and (not self.open or self.open.pop() != tag):
            self.trouble.append(tag)


@pytest.fixture(scope="module")
def found() -> Cascade:
    return make_cascade()


@pytest.fixture(scope="module")
def page(found: Cascade) -> str:
    cliffs = [make_cliff("rent", 6e9), make_cliff("depth", 0.0)]
    return render_cascade(found, cliffs, make_backstops(), make_fabric(found))


def make_fabric(cascade: Cascade) -> Fabric:
    """Holdings and links as in the network, and made-up ties between everybody."""
    holdings, links = make_holdings(cascade)
    axis = cascade.on.axis
    owners = [axis.borrowers[b] for b in axis.facility_borrower]
    groupings = {"borrower": by_label(owners), "lender": by_label([f"lender {f % 3}" for f in range(len(owners))])}
    rng, size = np.random.default_rng(5), len(axis.borrowers)
    lost = rng.uniform(0.0, 0.5, (size, size)) * ~np.eye(size, dtype=bool)
    alike = np.eye(len(axis.lenders))
    fails = (lost > 0.4).astype(float)
    ties = Indicators(axis.lenders, axis.borrowers, alike, lost, lost, fails, axis.borrowers[:2], 3.0, 4.0, None)
    return Fabric(holdings, links, groupings, replace(ties, radius_range=(2.5, 3.5)))


def silent(cascade: Cascade) -> Cascade:
    """The same system in which nobody loses or fails."""
    columns = {name: column if name in ("weight", "draw") else np.zeros_like(column)
               for name, column in cascade.on.columns.items()}  # fmt: skip
    run = replace(cascade.on, columns=columns)
    nothing = np.zeros(cascade.sample.paths)
    return replace(cascade, off=run, on=run, loss_off=nothing, loss_on=nothing, amplification=None, ranks=(),
                   shares={"prices": Estimated(0.0, 0.0)})  # fmt: skip


def test_the_page_asks_nothing_from_outside(page):
    assert "<script" not in page
    assert "<link" not in page
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []
    assert re.findall(r"url\((?!#)[^)]*\)", page) == []


def test_the_page_is_well_formed_and_holds_no_nan(page):
    balance = Balance()
    balance.feed(page)
    assert balance.trouble == []
    assert balance.open == []
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b", page)


def test_the_page_holds_every_chart_and_keeps_its_words_as_text(page):
    assert page.count("<svg") == 13
    for words in ("with feedback", "fire-sale prices", "GB300", "borrower 25", "lender O", "cliff: +", "no cliff",
                  "spends USD", "Hyperscaler"):  # fmt: skip
        assert re.search(rf"<text[^>]*>[^<]*{re.escape(words)}", page), words


def test_the_page_lists_ranking_lenders_facilities_and_sources(page):
    for words in ("Who is systemic", "Buyers of last resort", "borrower 03: loan 2", "holdings are not public",
                  "8-K of 2026-03-31", "2026-10-08", "capital ratio at first"):  # fmt: skip
        assert words in page, words


def test_the_same_study_gives_the_same_page(found, page):
    cliffs = [make_cliff("rent", 6e9), make_cliff("depth", 0.0)]
    assert render_cascade(found, cliffs, make_backstops(), make_fabric(found)) == page


def test_what_a_user_wrote_cannot_become_markup(found):
    hostile = "<script>alert(1)</script>"
    axis = replace(found.on.axis, borrowers=(hostile, *found.on.axis.borrowers[1:]))
    changed = replace(found, off=replace(found.off, axis=axis), on=replace(found.on, axis=axis, name=hostile))
    assert "<script" not in render_cascade(changed, (), (), make_fabric(changed))


def test_the_lines_say_factor_channel_who_where_and_what_stops_it(found):
    text = " ".join(cascade_lines(found, [make_cliff("rent", 6e9)], make_backstops()))
    for words in ("Feedback multiplies what the lenders lose by", "(± ", "Most of it comes through machines sold",
                  "Most systemic is the borrower borrower 01", "machine type GB300",
                  "There is a cliff in the fall of rents", "between 31.2 and 32.5 %",
                  "cheapest buyer of last resort", "not public and assumed"):  # fmt: skip
        assert words in text, words


def test_the_lines_and_the_dictionary_say_whose_the_tail_is_and_who_is_tied(found):
    fabric = make_fabric(found)
    text = " ".join(cascade_lines(found, fabric=fabric))
    for words in ("Of the mean of the worst 1 % of paths", "the lender lender", "alone sold all its machines",
                  "spectral radius of that matrix is 3.0 (between 2.5 and 3.5", "Two borrowers owe more"):  # fmt: skip
        assert words in text, words
    read = json.loads(json.dumps(cascade_dict(found, fabric=fabric), allow_nan=False))
    assert len(read["indicators"]["lost"]) == len(found.on.axis.borrowers)
    es = read["loss"]["es_on"]["value"]
    for kind in ("borrower", "lender"):
        parts = [part for part in read["contributions"] if part["kind"] == kind]
        assert sum(part["es"]["value"] for part in parts) == pytest.approx(es)
        assert sum(part["var"]["value"] for part in parts) == pytest.approx(read["loss"]["var_on"]["value"])


def test_the_lines_say_when_there_is_no_cliff_and_nothing_stops_it(found):
    text = " ".join(cascade_lines(found, [make_cliff("depth", 0.0)], make_backstops(floor=1.3)))
    assert (
        "There is no cliff in the depth of the resale markets between 4x and 0.125x: the steepest step, from 0.42x to"
        in text
    )
    assert "None of the 9 buyers of last resort tried" in text


def test_a_factor_within_its_error_is_said_to_be(found):
    noisy = replace(found, loss_on=found.loss_off + np.where(np.arange(PATHS) % 2, 1e9, -0.99e9))
    text = cascade_lines(replace(noisy, amplification=noisy.sample.ratio(noisy.loss_on, noisy.loss_off)))
    assert any("which is within the error" in line for line in text)


def test_a_system_without_losses_or_lenders_still_gives_a_page(found):
    nobody = silent(found)
    axis = replace(nobody.on.axis, lenders=(), machines=())
    empty = replace(nobody, off=replace(nobody.off, axis=axis), on=replace(nobody.on, axis=axis))
    text = render_cascade(empty)
    assert "On no path do the lenders lose any" in text
    assert "<svg" in text
    assert json.dumps(cascade_dict(empty))


def test_the_dictionary_is_json_with_errors(found):
    read = json.loads(json.dumps(cascade_dict(found, [make_cliff("rent", 6e9)], make_backstops()), allow_nan=False))
    assert read["amplification"]["value"] == pytest.approx(found.amplification.value)
    assert read["amplification"]["standard_error"] > 0.0
    assert read["ranks"][0]["name"] == "borrower 01"
    assert read["cliffs"][0]["is_cliff"] is True
    assert sum(one["stops"] for one in read["backstops"]) == 1
    assert len(read["facilities"]) == 100


def test_tails_and_rows_are_those_of_the_columns(found):
    said = tails(found)
    assert said.added.value == pytest.approx(said.mean_on.value - said.mean_off.value)
    assert said.es_on.value > said.var_on.value > said.mean_on.value
    rows = facility_rows(found)
    assert sum(row.added.value for row in rows) == pytest.approx(said.added.value)
    assert sum(row.tail.value for row in rows) == pytest.approx(said.es_on.value, rel=1e-12)
    assert rows[0].added.value == max(row.added.value for row in rows)
    whole = Portfolio(found.sample, found.on.columns["pv_loss"], found.on.axis.facilities)
    assert whole.es(0.99).value == pytest.approx(said.es_on.value)


def test_defaults_by_month_count_paths_and_end_at_the_last_maturity(found):
    month = found.on.columns["default_month"]
    by_month = defaults_by_month(found.on, found.sample)
    assert by_month.shape == (MATURITY + 1, 25)
    np.testing.assert_allclose(by_month[36], ((month > 0) & (month <= 36)).mean(axis=0))
    assert (np.diff(by_month, axis=0) >= -1e-15).all()


def test_exceedance_is_the_share_of_paths_beyond():
    weights, loss = np.array([1.0, 2.0, 1.0, 4.0]), np.array([5.0, 0.0, 9.0, 7.0])
    sizes, beyond = exceedance(Sample(weights), loss)
    assert sizes.tolist() == [0.0, 5.0, 7.0, 9.0]
    assert beyond.tolist() == [0.75, 0.625, 0.125, 0.0]
    many = np.arange(5000.0)
    sizes, beyond = exceedance(Sample(np.ones(5000)), many, points=100)
    assert 50 < sizes.size <= 101
    np.testing.assert_allclose(beyond, [(many > size).mean() for size in sizes])


def test_lenders_most_likely_to_fail_come_first(found):
    rows = lender_rows(found)
    assert [row.failed_on.value for row in rows] == sorted((row.failed_on.value for row in rows), reverse=True)
    assert all(row.ratio_on <= row.ratio_off for row in rows)


def test_cliffs_and_backstops_are_judged_by_error_and_outlay():
    assert is_cliff(make_cliff("rent", 6e9))
    assert not is_cliff(replace(make_cliff("rent", 6e9), jump=Estimated(6e9, 4e9)))
    best = smallest_that_stops(make_backstops())
    assert best is not None
    assert best.amplification.value <= 1.05
    assert best.spent.value == min(one.spent.value for one in make_backstops() if one.amplification.value <= 1.05)
    assert smallest_that_stops(make_backstops(floor=1.2)) is None


def test_the_network_keeps_every_dollar_and_its_bars_apart(found):
    holdings, links = make_holdings(found)
    axis = found.on.axis
    owner = {name: axis.borrowers[b] for name, b in zip(axis.facilities, axis.facility_borrower, strict=True)}
    graph = gather(holdings, links, owner, {})
    total = sum(amount for _, _, amount in holdings)
    for column in graph.columns:
        assert sum(node.size for node in column.values()) == pytest.approx(total)
    columns = order(graph)
    settle(graph, columns, 0.03)
    for names, column in zip(columns, graph.columns, strict=True):
        assert sorted(names) == sorted(column)
        middles = [column[name].middle for name in names]
        assert all(above - below >= 0.03 - 1e-9 for above, below in pairwise(middles))
        assert column[names[0]].top <= 1.0 + 1e-9


def test_figures_written_alike_stand_in_one_row(found):
    rows = tuple((f"borrowers[b{i}].opex.pue", "1.2x", "rule 9") for i in range(100))
    rows += (("valuation", "2026-09-30", "quarter end"),)
    table = gathered(Table("Assumptions", ("figure", "written", "reason"), rows))
    assert table.rows == (("borrowers[…].opex.pue × 100", "1.2x", "rule 9"), rows[-1])
    assert "101 figures" in table.note
    short = Table("Assumptions", ("figure", "written", "reason"), rows[:20])
    assert gathered(short) is short


def test_a_network_of_thousands_shows_the_largest():
    holdings = [(f"lender {i % 300}", f"loan {i}", 1e6 * (1 + i % 997)) for i in range(5000)]
    owner = {f"loan {i}": f"borrower {i % 2000}" for i in range(5000)}
    graph = gather(holdings, [], owner, {})
    assert len(graph.columns[1]) == MOST_NODES + 1
    assert "1,960 smaller ones" in graph.columns[1]
    text = network(holdings, [], owner, {})
    assert text is not None
    assert "260 smaller ones" in text
    assert len(text) < 2_000_000


def test_without_holdings_there_is_no_network():
    assert network([], [], {}, {}) is None

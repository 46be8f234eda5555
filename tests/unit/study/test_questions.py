"""Sensitivity, break-even, size and comparison of one deal."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from halflife.cli import app
from halflife.facts import notch
from halflife.foundation.errors import SpecError
from halflife.report.stress import breakeven_lines, render_breakeven, render_sensitivity
from halflife.study.aims import LINES, read_aim
from halflife.study.breakeven import breakeven, frontier
from halflife.study.ground import ground_of
from halflife.study.levers import BY_NAME, LEVERS, apply, lever_named, levers_named, read_amount
from halflife.study.quantities import BY_QUANTITY, QUANTITIES
from halflife.study.sensitivity import grid, tornado
from halflife.study.termsheet import load

ROOT = Path(__file__).resolve().parents[3]
TERM_LOAN = ROOT / "tests" / "data" / "term_loan.yaml"
DDTL = ROOT / "examples" / "coreweave-ddtl-4.0.yaml"
PATHS = 1_024


@pytest.fixture(scope="module")
def ground():
    return ground_of(load(TERM_LOAN), paths=PATHS)


@pytest.fixture(scope="module")
def drawn():
    return ground_of(load(DDTL), paths=PATHS)


def mean_rent(look, name="b300"):
    return look.results.mean("rent", name)


def test_every_lever_moves_something_and_nothing_at_its_neutral_amount(drawn):
    deal = drawn.deals[0]
    for lever in LEVERS:
        assert not lever.missing(deal), lever.name
        assert apply(deal.plan, deal, [(lever, lever.neutral)]) is deal.plan
        moved = lever.move(deal.plan, deal, lever.bump[1])
        pairs = [pair for name in deal.plan._fields
                 for pair in zip(getattr(deal.plan, name), getattr(moved, name), strict=True)]  # fmt: skip
        assert any(not np.array_equal(a, b) for a, b in pairs), lever.name
        assert all(a.shape == b.shape for a, b in zip(moved.market, deal.plan.market, strict=True))


def test_bumps_lie_in_the_range_and_the_milder_comes_first():
    for lever in LEVERS:
        mild, hard = lever.bump
        assert lever.low <= min(lever.bump) <= max(lever.bump) <= lever.high
        assert (hard - mild) * lever.worse > 0.0


def test_a_faster_fall_of_rents_is_what_it_says_month_by_month(ground):
    look = ground.look([(lever_named("rent_decline"), 0.12)])
    ratio = mean_rent(look)[1:37] / mean_rent(ground.base)[1:37]
    np.testing.assert_allclose(ratio, np.exp(-0.01 * np.arange(1, 37)), rtol=1e-12)


def test_values_follow_the_rent_of_the_day(ground):
    lower = ground.look([(lever_named("rent_level"), -0.3)])
    falling = ground.look([(lever_named("rent_decline"), 0.12)])
    name = ground.borrower
    base = ground.base.results.mean("appraised", name)
    assert lower.results.mean("appraised", name)[6] < 0.8 * base[6]
    ratio = falling.results.mean("appraised", name)[1:30] / base[1:30]
    assert (np.diff(ratio) < 0.0).all()
    assert ratio[0] == pytest.approx(1.0, abs=0.03)


def test_a_surprise_costs_less_value_than_a_trend_that_buyers_know(ground):
    """Buyers who go on expecting the old trend pay more than those who know the new one: said in the how-to."""
    text = TERM_LOAN.read_text(encoding="utf-8")
    known = load(text.replace("power: 1.9 kW}", "power: 1.9 kW, age_drift: 40 %/yr}"))
    drift = 12.0 * float(ground.deals[0].plan.market.drift[0])
    surprise = ground.look([(lever_named("rent_decline"), 0.40 - drift)])
    told = ground_of(known, paths=PATHS).base
    np.testing.assert_allclose(mean_rent(surprise)[1:37], mean_rent(told)[1:37], rtol=1e-9)
    name = ground.borrower
    assert (told.results.mean("appraised", name)[2:12] < surprise.results.mean("appraised", name)[2:12]).all()


def test_dependence_keeps_each_partys_mean_survival(drawn):
    lever = lever_named("dependence")
    deal = drawn.deals[0]
    assert not np.allclose(lever.move(deal.plan, deal, 0.4).counterparties.hazard, deal.plan.counterparties.hazard)
    last = drawn.deals[0].plan.last_maturity
    looks = (drawn.base, drawn.look([(lever, 0.4)]))
    failed = [((look.results.columns["party_failed"][:, 0] > 0) & (look.results.columns["party_failed"][:, 0] <= last))
              for look in looks]  # fmt: skip
    means = [look.sample.mean(one.astype(float)) for look, one in zip(looks, failed, strict=True)]
    assert abs(means[0].value - means[1].value) < 4.0 * means[0].error


def test_unknown_levers_are_all_named_with_the_list():
    with pytest.raises(SpecError) as caught:
        levers_named(["rent_declin", "moon"])
    words = str(caught.value)
    assert "did you mean 'rent_decline'?" in words
    assert "unknown lever 'moon'" in words
    assert all(name in words for name in BY_NAME)


@pytest.mark.parametrize(
    ("lever", "text", "amount"),
    [("rent_decline", "5 %/yr", 0.05), ("depth", "0.5x", 0.5), ("successor_date", "-6 months", -6.0),
     ("rent_level", "-30 %", -0.3), ("interest_rate", "150 bp", 0.015)],
)  # fmt: skip
def test_amounts_are_read_with_their_units(lever, text, amount):
    assert read_amount(lever_named(lever), text, "here") == pytest.approx(amount)


@pytest.mark.parametrize(("lever", "text"), [("depth", "6 months"), ("rent_decline", "much"), ("depth", "1000x")])
def test_wrong_units_and_amounts_out_of_range_are_refused(lever, text):
    with pytest.raises(SpecError, match=lever):
        read_amount(lever_named(lever), text, "here")


def test_changes_on_the_same_paths_have_smaller_errors_than_levels(drawn):
    el = BY_QUANTITY["el"]
    look = drawn.look([(lever_named("rent_level"), -0.3)])
    change = look.change(drawn.base, el)
    assert change.value == pytest.approx(look.read(el) - drawn.base.read(el))
    assert 0.0 < change.error < np.hypot(look.estimate(el).error, drawn.base.estimate(el).error)


def test_the_jackknife_error_of_a_mean_is_that_of_the_sample(drawn):
    found = drawn.base.estimate(BY_QUANTITY["pd"])
    measured = drawn.base.sample.mean((drawn.base.results.columns["default_month"][:, 0] > 0).astype(float))
    assert found.value == measured.value
    assert found.error == pytest.approx(measured.error, rel=0.15)


def test_every_quantity_can_be_read(drawn):
    for quantity in QUANTITIES:
        assert np.isfinite(drawn.base.estimate(quantity).value), quantity.name


def test_a_tornado_is_ordered_and_leaves_out_what_is_not_there(ground):
    found = tornado(ground, BY_QUANTITY["el"])
    swings = [bar.swing for bar in found.bars]
    assert swings == sorted(swings, reverse=True)
    assert {"successor_date", "successor_size", "operator_pd", "construction_delay"} == set(found.left_out)
    page = render_sensitivity(found)
    for chart in page.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + chart.split("</svg>")[0] + "</svg>")
    with pytest.raises(SpecError, match="no machine lists a successor"):
        tornado(ground, BY_QUANTITY["el"], levers_named(["successor_size"]))


def test_the_corner_of_a_grid_is_the_deal_as_written(ground):
    el = BY_QUANTITY["el"]
    found = grid(ground, el, (lever_named("depth"), [1.0, 0.5]), (lever_named("rent_level"), [0.0, -0.4]))
    assert found.cells[0][0] == ground.base.estimate(el)
    assert found.cells[1][1].value >= found.cells[0][0].value
    with pytest.raises(SpecError, match="two different levers"):
        grid(ground, el, (lever_named("depth"), [1.0]), (lever_named("depth"), [1.0]))


@pytest.mark.parametrize(("line", "name"), [("loss=4 %", "offtaker_pd"), ("dscr=1.2x", "contract_price"),
                                            ("irr=5 %", "offtaker_pd"), ("pd=20 %", "offtaker_pd")])  # fmt: skip
def test_running_again_at_the_root_meets_the_line_within_its_error(ground, line, name):
    lever, aim = lever_named(name), read_aim(line, ground)
    found = breakeven(ground, lever, aim)
    assert found.root is not None
    again = ground_of(load(TERM_LOAN), paths=PATHS).look([(lever, found.root.moved.amount)])
    quantity = BY_QUANTITY[aim.quantity]
    there = again.estimate(quantity)
    assert there == found.root.found
    assert abs(there.value - aim.level) <= max(there.error, 1e-4 * aim.level)
    assert found.root.is_monotone
    assert 0.0 < found.root.error < found.high - found.low
    assert found.root.error == pytest.approx(there.error / abs(found.root.slope))


def test_another_seed_finds_the_root_within_the_errors(ground):
    lever, line = lever_named("offtaker_pd"), "loss=4 %"
    roots = []
    for one in (ground, ground_of(load(TERM_LOAN), paths=PATHS, seed=8)):
        found = breakeven(one, lever, read_aim(line, one)).root
        assert found is not None
        roots.append((found.moved.amount, found.error))
    (a, ea), (b, eb) = roots
    assert abs(a - b) < 4.0 * np.hypot(ea, eb)


def test_no_root_in_range_is_said_and_a_range_on_one_side_is_refused(ground):
    lever, aim = lever_named("depth"), read_aim("loss=90 %", ground)
    found = breakeven(ground, lever, aim)
    assert found.root is None
    assert "none within ×0.02 to ×20" in breakeven_lines([found])[1]
    with pytest.raises(SpecError, match="both ends short of the line"):
        breakeven(ground, lever, aim, low=0.5, high=2.0)


def test_lines_out_of_reach_and_unknown_are_refused(ground):
    for text, words in (("pd=100 %", "outside reach"), ("rating=CCC-", "outside reach"), ("dcsr=1", "'dscr'"),
                        ("loss=much", "no readable number")):  # fmt: skip
        with pytest.raises(SpecError, match=words):
            read_aim(text, ground)
    assert set(LINES) >= {"dscr", "breach", "loss", "irr", "rating"}


def test_a_rating_is_lost_half_a_notch_below_it(ground):
    assert read_aim("rating=BBB-", ground).level == notch("BBB-") + 0.5
    written = read_aim("rating", ground)
    assert written.level == round(ground.base.read(BY_QUANTITY["rating"])) + 0.5


def test_a_frontier_passes_through_the_root_and_falls(ground):
    aim, across = read_aim("loss=4 %", ground), lever_named("offtaker_pd")
    found = frontier(ground, (lever_named("rent_level"), [0.0, -0.3]), across, aim)
    alone = breakeven(ground, across, aim).root
    assert found.roots[0] is not None
    assert alone is not None
    assert found.roots[0].moved.amount == alone.moved.amount
    assert found.roots[1] is not None
    assert found.roots[1].moved.amount < found.roots[0].moved.amount
    assert "<svg" in render_breakeven([], found)


@pytest.mark.parametrize(
    "words",
    [
        ["sensitivity", str(TERM_LOAN), "--lever", "depth", "--lever", "rent_level", "--bump", "depth=0.5x..2x"],
        ["breakeven", str(TERM_LOAN), "--lever", "offtaker_pd", "--aim", "pd=20 %"],
        ["size", str(TERM_LOAN), "--keep", "dscr=1.5x", "--amortisation", "level"],
        ["size", str(TERM_LOAN), "--what", "tranches", "--ratings", "BBB,B"],
        ["compare", str(TERM_LOAN), "--scenario", "glut"],
    ],
)
def test_commands_answer_in_text_json_and_a_page(words, tmp_path):
    page = tmp_path / "page.html"
    text = CliRunner().invoke(app, [*words, "--paths", "512", "--html", str(page)])
    assert text.exit_code == 0, text.output
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    said = CliRunner().invoke(app, [*words, "--paths", "512", "--json"])
    assert said.exit_code == 0, said.output
    json.loads(said.output)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["sensitivity", str(TERM_LOAN), "--lever", "moon"], "unknown lever"),
        (["sensitivity", str(TERM_LOAN), "--of", "beauty"], "unknown quantity"),
        (["breakeven", str(TERM_LOAN), "--aim", "pd=100 %"], "outside reach"),
        (["breakeven", str(TERM_LOAN), "--lever", "depth", "--aim", "loss=90 %", "--low", "0.5x"], "different sides"),
        (["size", str(TERM_LOAN), "--what", "colour"], "one of debt"),
        (["compare", str(TERM_LOAN), "--scenario", "armageddon"], "one of"),
    ],
)
def test_commands_refuse_with_exit_code_two(words, part):
    refused = CliRunner().invoke(app, [*words, "--paths", "512"])
    assert refused.exit_code == 2
    assert part in " ".join(refused.output.split())

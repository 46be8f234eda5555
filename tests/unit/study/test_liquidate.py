"""A liquidation from facts alone."""

from __future__ import annotations

import dataclasses
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from halflife.cli import app
from halflife.facts import machine_names
from halflife.foundation.errors import SpecError
from halflife.report.liquidation import render_sale, sale_tables
from halflife.results.sale import UNITS
from halflife.study.coins import DAYS, Coins, raised
from halflife.study.coins import sell as sell_coins
from halflife.study.liquidate import liquidate
from halflife.study.question import Question
from halflife.study.seized import Span

ASKED = Question(paths=300)
PILE = Coins(worth=50e6, volume=200e6, volatility=0.03, order="machines_first")


def asked(**changes):
    return dataclasses.replace(ASKED, **changes)


@pytest.fixture(scope="module")
def sale():
    return liquidate(ASKED)


def test_paper_to_cash_adds_up(sale):
    *steps, cash = [amount for _, amount in sale.steps]
    assert sum(steps) == pytest.approx(cash, rel=1e-12)
    assert cash == pytest.approx(sale.spreads["proceeds"].mean, rel=1e-12)


def test_every_result_has_a_unit_and_an_ordered_band(sale):
    assert set(sale.spreads) <= set(UNITS)
    for one in sale.spreads.values():
        assert one.low <= one.middle <= one.high
        assert one.standard_error >= 0.0


def test_the_debt_is_the_stated_share_of_paper_and_little_of_it_is_paid(sale):
    assert sale.spreads["paper LTV"].mean == pytest.approx(0.8)
    assert sale.debt == pytest.approx(0.8 * sale.spreads["paper value"].mean)
    assert sale.spreads["realisable LTV"].middle > 1.0
    paid, lost = sale.claims[0].paid.mean, sale.spreads["loss"].mean
    assert paid + lost == pytest.approx(sale.debt, rel=1e-12)


def test_same_question_same_bits_and_another_seed_within_errors(sale):
    assert dataclasses.asdict(liquidate(ASKED))["spreads"] == dataclasses.asdict(sale)["spreads"]
    other = liquidate(asked(seed=8)).spreads["proceeds"]
    mine = sale.spreads["proceeds"]
    assert other.mean != mine.mean
    assert abs(other.mean - mine.mean) < 4.0 * np.hypot(other.standard_error, mine.standard_error)


def test_deeper_markets_and_fewer_machines_bring_more_a_machine():
    thin, deep = (liquidate(asked(depth=Span(d, d, d))).spreads["price received"].mean for d in (500, 20_000))
    few = liquidate(asked(units=80, depth=Span(500, 500, 500))).spreads["price received"].mean
    assert deep > thin
    assert few > thin


def test_a_few_machines_in_a_deep_market_lose_only_what_stays_behind():
    sold = liquidate(asked(units=8, depth=Span(1e8, 1e8, 1e8))).spreads["price received"]
    assert 1.0 - 0.1221 < sold.low <= sold.high <= 1.0
    whole = liquidate(asked(units=8, lot=8, unit_of_sale="cluster", depth=Span(1e8, 1e8, 1e8)))
    assert whole.spreads["price received"].low == pytest.approx(1.0, abs=1e-6)


def test_policies_take_the_time_they_say():
    absorption = Span(1e6, 1e6, 1e6)
    for policy, months, wanted in (("dump", None, 0.0), ("orderly", 7, 6.0)):
        get = liquidate(asked(policy=policy, months=months, absorption=absorption)).spreads
        taken = get["months to the last sale"].mean - get["months to the first sale"].mean
        assert taken == pytest.approx(wanted)


def test_the_optimal_sale_is_worth_more_than_dump_and_orderly_on_average():
    worth = {
        words: liquidate(asked(policy=policy, months=months)).spreads["present value of proceeds"]
        for words, policy, months in (("best", "optimal", None), ("dump", "dump", None), ("slow", "orderly", 24))
    }
    assert worth["best"].mean > worth["dump"].mean
    assert worth["best"].mean > worth["slow"].mean


def test_claims_are_paid_in_order():
    sale = liquidate(asked(claims=(("senior", 50e6), ("junior", 150e6))))
    senior, junior = sale.claims
    assert senior.whole[0] > 0.9 > junior.whole[0]
    assert senior.paid.mean + junior.paid.mean + sale.spreads["loss"].mean == pytest.approx(200e6, rel=1e-12)


def test_retail_depth_is_the_public_tally(sale):
    words = {one.name: one.words for one in liquidate(asked(market="retail", units=1000)).figures}
    assert words["depth"] == "421 units per month"
    assert "15,155 data-centre GPUs" in sale.notes[0]


def test_drawing_the_rent_widens_the_bands_and_names_it_first(sale):
    wide = liquidate(asked(draws_rent=True))
    for name in ("appraised value", "proceeds", "realisable LTV"):
        drawn, known = wide.spreads[name], sale.spreads[name]
        assert drawn.high - drawn.low > known.high - known.low
    assert wide.figures[0].name == "posted rent"
    assert wide.figures[0].low_third > wide.figures[0].high_third  # lower rents, higher loan to value
    assert next(one for one in sale.figures if one.name == "posted rent").low_third is None


def test_power_that_buyers_connect_is_a_number_of_machines():
    words = {one.name: one for one in liquidate(asked(machine="GB200", units=720, installable=13_200.0)).figures}
    assert words["absorption"].words == "6,693 to 7,920 units per month, most likely 7,200"
    assert "132 kW for 72 machines" in words["absorption"].source


@pytest.mark.parametrize("order", ["machines_first", "coins_first", "pro_rata"])
def test_coins_bring_no_more_than_they_are_worth_at_their_price(order):
    machines = np.full((4, 2000), 0.25)
    sold = sell_coins(PILE._replace(order=order), np.full(2000, 1e12), machines, np.full(2000, 4.0), seed=3)
    mean, error = sold.proceeds.mean(), sold.proceeds.std() / np.sqrt(2000)
    parts = {"pro_rata": 4}.get(order, 1)
    wanted = parts * float(raised(np.array(1.0 / parts), PILE))
    assert abs(mean - wanted) < 4.0 * error  # the price has no drift
    assert wanted < PILE.worth


def test_coins_wait_for_what_the_machines_leave_unpaid():
    machines, lacking = np.full((2, 500), 0.5), np.full(500, 1e6)
    sold = sell_coins(PILE, lacking, machines, np.full(500, 2.0), seed=3)
    np.testing.assert_allclose(sold.proceeds, lacking, rtol=1e-6)
    assert (sold.kept > 0.0).all()
    nothing = sell_coins(PILE, 0.0 * lacking, machines, np.full(500, 2.0), seed=3)
    assert nothing.proceeds.max() < 1e-3


def test_a_coin_sale_is_cut_by_the_square_root_law():
    fall = 2.0 / 3.0 * 0.03 * np.sqrt(50e6 / 200e6)
    assert float(raised(np.array(1.0), PILE)) == pytest.approx(50e6 * (1.0 - fall))
    assert pytest.approx(365.25 / 12) == DAYS


FAULTS = {
    "--machine": {"machine": "H900"},
    "--units": {"units": 0},
    "--unit-of-sale": {"unit_of_sale": "pallet"},
    "--lot": {"unit_of_sale": "chip", "lot": 8},
    "--market": {"market": "moon"},
    "--policy": {"policy": "fast"},
    "--months": {"policy": "orderly"},
    "--paths": {"paths": 1},
    "--workout": {"workout": 6},
    "--age": {"age": 72},
    "--depth": {"depth": Span(9.0, 5.0, 1.0)},
    "--absorption": {"absorption": Span(0.0, 1.0, 2.0)},
    "--installable": {"installable": 100.0, "absorption": Span(1000.0, 1000.0, 1000.0)},
    "--claim": {"claims": (("a", 1e6), ("a", 1e6))},
    "--coin-order": {"coins": PILE._replace(order="later")},
    "--coin-volume": {"coins": PILE._replace(volume=0.0)},
}


@pytest.mark.parametrize("option", FAULTS)
def test_a_faulty_question_is_refused_by_its_option(option):
    with pytest.raises(SpecError) as refused:
        liquidate(asked(**FAULTS[option]))
    assert option in [one.where for one in refused.value.findings]
    assert all(one.found and one.wanted and one.fix for one in refused.value.findings)


def test_an_unknown_machine_is_told_which_exist_together_with_all_other_faults():
    with pytest.raises(SpecError) as refused:
        liquidate(asked(machine="H900", units=0, policy="fast"))
    assert len(refused.value.findings) == 3
    assert all(name in str(refused.value) for name in machine_names())


def test_a_machine_without_rent_is_refused_and_can_be_given_one():
    with pytest.raises(SpecError, match="no rent is known"):
        liquidate(asked(machine="VR200"))
    assert liquidate(asked(machine="VR200", rent=9.0)).spreads["proceeds"].mean > 0.0


def test_a_rack_scale_machine_is_sold_by_the_rack_and_says_whose_rent_it_takes():
    sale = liquidate(asked(machine="GB200"))
    assert sale.title == "10,000 GB200, in racks of 72, sold to the dealer market"
    assert any("posted rent is that of B200" in note for note in sale.notes)


def test_the_page_holds_every_number_and_well_formed_charts(sale):
    page = render_sale(sale)
    assert page.count("<svg") == 4
    for part in page.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + part.split("</svg>")[0] + "</svg>")
    for table in sale_tables(sale):
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert table.title in page


def test_the_command_prints_a_sale_as_text_and_as_json(tmp_path):
    run = CliRunner()
    page = tmp_path / "sale.html"
    options = [
        "liquidate",
        "--paths",
        "100",
        "--units",
        "100",
        "--claim",
        "senior=1 m USD",
        "--claim",
        "junior=1 m USD",
    ]
    text = run.invoke(app, [*options, "--html", str(page)])
    assert text.exit_code == 0
    assert "realisable" in text.output
    assert "junior" in text.output
    assert "</html>" in page.read_text(encoding="utf-8")
    told = json.loads(run.invoke(app, [*options, "--json"]).output)
    assert [claim["name"] for claim in told["claims"]] == ["senior", "junior"]
    assert told["spreads"]["realisable LTV"]["standard_error"] > 0.0


def test_the_command_refuses_unreadable_options_together():
    made = CliRunner().invoke(app, ["liquidate", "--claim", "x", "--depth", "a-b", "--coins", "3", "--rate", "much"])
    assert made.exit_code == 2
    for option in ("--claim", "--depth", "--coins", "--rate"):
        assert f"{option}:" in made.output

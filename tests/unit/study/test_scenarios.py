"""Scenarios, monthly paths, and columns side by side."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from halflife.foundation.errors import SpecError
from halflife.report.sizing import render_comparison
from halflife.study.compare import compare
from halflife.study.ground import ground_of
from halflife.study.levers import lever_named
from halflife.study.overlays import composed, laid, load_overlay, scenario_names
from halflife.study.termsheet import load
from halflife.study.vectors import fail, rent_index, rent_over_trend

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


def test_a_rent_path_moves_rents_by_exactly_that_much(ground):
    path = [0.98, 1.05, 1.2, 0.9, 0.7, 0.7]
    deal = ground.deals[0]
    look = ground.walked([rent_over_trend(deal.plan, deal, path)])
    ratio = mean_rent(look)[1:37] / mean_rent(ground.base)[1:37]
    np.testing.assert_allclose(ratio, [*path, *([0.7] * 30)], rtol=1e-12)
    twice = rent_over_trend(rent_over_trend(deal.plan, deal, path), deal, [0.5])
    again = mean_rent(ground.walked([twice]))[1:37] / mean_rent(ground.base)[1:37]
    np.testing.assert_allclose(again, 0.5 * ratio, rtol=1e-12)


def test_a_flat_path_changes_nothing_but_what_buyers_know_of_launches(ground):
    deal = ground.deals[0]
    look = ground.walked([rent_over_trend(deal.plan, deal, [1.0])])
    for quantity in ("cfads", "debt", "appraised"):
        np.testing.assert_allclose(
            look.results.mean(quantity, ground.borrower), ground.base.results.mean(quantity, ground.borrower), rtol=1e-9
        )


def test_a_rent_path_is_worth_what_the_same_trend_is_worth(ground):
    deal, lever = ground.deals[0], lever_named("rent_decline")
    months = np.arange(1, deal.plan.months + 1)
    path = rent_over_trend(deal.plan, deal, list(np.exp(-0.01 * months)))
    by_path, by_trend = ground.walked([path]), ground.look([(lever, 0.12)])
    near = {"cfads": 1e-9, "appraised": 0.02}  # values are read from the table by two interpolations, not one
    for quantity, tolerance in near.items():
        means = (look.results.mean(quantity, ground.borrower)[1:37] for look in (by_path, by_trend))
        np.testing.assert_allclose(*means, rtol=tolerance)


def test_an_index_replaces_trend_and_launches(drawn):
    plans = [rent_index(deal.plan, deal, [1.0]) for deal in drawn.deals]
    look = drawn.walked(plans)
    flat = look.results.mean("rent", "gb300")
    assert flat[60] > drawn.base.results.mean("rent", "gb300")[60]
    log = np.log(flat[1:70])
    assert float(np.abs(np.diff(log)).max()) < 0.03
    with pytest.raises(SpecError, match="another rent path"):
        rent_index(rent_over_trend(drawn.deals[0].plan, drawn.deals[0], [0.9]), drawn.deals[0], [1.0])


def test_a_failure_on_a_date_happens_on_every_path(drawn):
    look = drawn.walked([fail(deal.plan, "customers", 12) for deal in drawn.deals])
    meta = look.results.axis.parties.index("Meta")
    month = look.results.columns["party_failed"][:, meta]
    assert ((month > 0) & (month <= 12)).all()


def test_every_scenario_of_the_library_is_dated_sourced_and_does_something(drawn):
    assert set(scenario_names()) >= {
        "baseline", "glut", "successor_shock", "offtaker_failure", "operator_failure", "funding_freeze",
        "crypto_winter", "combined_2022", "telecom_2001",
    }  # fmt: skip
    deal = drawn.deals[0]
    for name in scenario_names():
        overlay = load_overlay(name)
        figures = len(overlay.spec.moves) + len(overlay.spec.paths) + len(overlay.spec.failures)
        assert overlay.spec.name == name
        assert len(overlay.sources) == figures
        assert all(source for _, _, _, source in overlay.sources)
        assert (laid([overlay], deal.plan, deal) is deal.plan) == (name == "baseline")


def test_scenarios_compose_in_either_order(drawn):
    deal = drawn.deals[0]
    one = laid(composed("glut+funding_freeze"), deal.plan, deal)
    other = laid(composed("funding_freeze+glut"), deal.plan, deal)
    for a, b in zip((*one.market, *one.liquidation), (*other.market, *other.liquidation), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_an_overlay_with_unknown_names_is_refused_with_all_of_them():
    text = """\
name: mine
title: Mine
about: none
severity: moderate
as_of: 2026-11-01
moves:
  rent_declin: 10 %/yr
  depth: 6 months
paths:
  moon: [1]
  rent_index: [100 %, lots]
"""
    with pytest.raises(SpecError) as caught:
        load_overlay(text)
    words = str(caught.value)
    for part in ("unknown lever 'rent_declin'", "'6 months'", "unknown path 'moon'", "'lots'"):
        assert part in words
    with pytest.raises(SpecError, match="funding_freeze"):
        composed("funding_freez")


def test_columns_are_changes_against_the_baseline_and_too_many_are_refused():
    sheets = [load(TERM_LOAN)]
    found = compare(sheets, ["offtaker_failure", "glut"], paths=512)
    assert [one.scenario for one in found.columns] == ["baseline", "offtaker_failure", "glut"]
    base, failed, _ = found.columns
    assert base.changes["el"] is None
    assert failed.changes["el"] is not None
    assert base.numbers["el"] is not None
    assert failed.numbers["el"] is not None
    assert failed.changes["el"].value == pytest.approx(failed.numbers["el"].value - base.numbers["el"].value)
    assert failed.numbers["pd"].value > base.numbers["pd"].value
    page = render_comparison(found)
    for chart in page.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + chart.split("</svg>")[0] + "</svg>")
    with pytest.raises(SpecError, match="13 columns"):
        compare(sheets * 13, paths=512)

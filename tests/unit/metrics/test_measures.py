"""Measures of a made-up record against brute force, and what is owed with each of them."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from halflife.facts import cumulative_pd, load_spreads
from halflife.foundation.errors import SpecError
from halflife.metrics import (
    CURVES,
    MEASURES,
    Curve,
    Measure,
    NotApplicable,
    curve,
    curve_all,
    measure,
    measure_all,
)
from halflife.metrics.grades import implied
from halflife.metrics.sample import Sample
from halflife.metrics.spread import shift
from halflife.results import Results

GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"


def value(results: Results, name: str, entity: str | None = None, **options: float) -> Measure:
    found = measure(results, name, entity, **options)
    assert isinstance(found, Measure), found
    return found


def loop_mean(results: Results, x: np.ndarray) -> float:
    weights = results.columns["weight"]
    return sum(w * v for w, v in zip(weights, x, strict=True)) / sum(weights)


@pytest.fixture(scope="module")
def everything(made_up: Results) -> list[Measure | NotApplicable]:
    return measure_all(made_up)


def test_pd_counts_weighted_defaults_to_the_horizon(made_up):
    month = made_up.columns["default_month"][:, 0]
    assert value(made_up, "pd").value == pytest.approx(loop_mean(made_up, month > 0), rel=1e-12)
    by_three = loop_mean(made_up, (month > 0) & (month <= 36))
    assert value(made_up, "pd", years=3.0).value == pytest.approx(by_three, rel=1e-12)


def test_the_term_structure_ends_at_the_pd(made_up):
    by_month = curve(made_up, "pd_by_month")
    assert not isinstance(by_month, NotApplicable)
    assert by_month[0].value[-1] == pytest.approx(value(made_up, "pd").value, rel=1e-12)
    assert list(by_month[0].value) == sorted(by_month[0].value)


def test_causes_and_first_failures_each_add_up_to_the_pd(made_up):
    for name in ("default_causes", "failed_first"):
        bars = curve(made_up, name)
        assert not isinstance(bars, NotApplicable)
        assert sum(bars[0].value) == pytest.approx(value(made_up, "pd").value, rel=1e-12)


def test_expected_loss_is_pd_times_exposure_times_lgd_by_exposure(made_up):
    for claim, commitment in (("ddtl", 8e8), ("junior", 1e8), ("spv", 9e8)):
        product = (
            value(made_up, "pd").value
            * value(made_up, "ead", claim).value
            * value(made_up, "lgd_by_exposure", claim).value
            / commitment
        )
        assert value(made_up, "el", claim).value == pytest.approx(product, rel=1e-10)


def test_the_product_of_means_is_what_it_says(made_up):
    product = value(made_up, "pd").value * value(made_up, "ead", "spv").value / 9e8 * value(made_up, "lgd", "spv").value
    assert value(made_up, "el_product", "spv").value == pytest.approx(product, rel=1e-10)


def test_lgd_counts_each_default_once(made_up):
    ead, loss = made_up.columns["ead"][:, 0], made_up.columns["loss"][:, 0]
    exposed = ead > 0
    weights = made_up.columns["weight"][exposed]
    by_hand = (weights * loss[exposed] / ead[exposed]).sum() / weights.sum()
    assert value(made_up, "lgd", "ddtl").value == pytest.approx(by_hand, rel=1e-10)


def test_tails_are_ordered_and_facilities_add_up_to_the_shortfall(made_up):
    names = ("var_95", "es_95", "var_99", "es_99", "var_999", "es_999")
    var95, es95, var99, es99, var999, es999 = (value(made_up, name, "spv").value for name in names)
    assert var95 <= var99 <= var999
    assert var95 <= es95 <= es99 <= es999
    assert var99 <= es99
    parts = sum(value(made_up, "es_contribution", f).value for f in ("ddtl", "junior"))
    assert parts == pytest.approx(es99, rel=1e-9)


def test_slices_add_up_to_the_expected_loss(made_up):
    cuts = (0.0, 0.1, 0.4, 1.0)
    whole = sum(
        (high - low) * value(made_up, "tranche_loss", "spv", attachment=low, detachment=high).value
        for low, high in pairwise(cuts)
    )
    assert whole == pytest.approx(value(made_up, "el", "spv").value, rel=1e-10)


def test_a_slice_without_ends_is_not_applicable(made_up):
    assert isinstance(measure(made_up, "tranche_loss", "ddtl"), NotApplicable)
    assert isinstance(measure(made_up, "tranche_loss", "ddtl", attachment=0.5, detachment=0.2), NotApplicable)


def test_wal_is_principal_years_over_principal(made_up):
    assert value(made_up, "wal", "ddtl").value == pytest.approx(3.2, rel=1e-12)


def test_the_expected_loss_spread_is_loss_over_annuity(made_up):
    pv, annuity = (made_up.columns[name][:, 0] for name in ("pv_loss", "annuity"))
    by_hand = 1e4 * loop_mean(made_up, pv) / loop_mean(made_up, annuity)
    assert value(made_up, "el_spread", "ddtl").value == pytest.approx(by_hand, rel=1e-10)


def test_the_jackknife_error_of_the_spread_is_that_of_the_ratio(made_up):
    pv, annuity = (made_up.columns[name][:, 0] for name in ("pv_loss", "annuity"))
    linear = Sample(made_up.columns["weight"]).ratio(pv, annuity)
    assert linear is not None
    assert value(made_up, "el_spread", "ddtl").standard_error == pytest.approx(1e4 * linear.error, rel=0.25)


def test_without_a_price_of_risk_there_is_no_premium():
    real, years = np.array([0.0, 0.01, 0.2, 1.0]), np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(shift(real, years, 0.0), real, atol=1e-12)
    assert (shift(real, years, 0.3)[1:3] > real[1:3]).all()


def test_one_year_of_shifted_defaults_by_hand(made_up):
    """All defaults in the first year: the premium is the closed form of one bucket."""
    columns = dict(made_up.columns)
    columns["default_month"] = np.where(columns["default_month"] > 0, 6.0, 0.0)
    one = replace(made_up, columns=columns, maturities=np.array([12, 12]))
    p = value(one, "pd").value
    q = float(shift(np.array([p]), np.array([1.0]), load_spreads().price_of_risk.value)[0])
    weights, month = one.columns["weight"], one.columns["default_month"][:, 0]
    tilt = weights * np.where(month > 0, q / p, (1 - q) / (1 - p))
    pv, annuity = (one.columns[name][:, 0] for name in ("pv_loss", "annuity"))
    charged = 1e4 * (tilt * pv).sum() / (tilt * annuity).sum()
    found = value(one, "el_spread", "ddtl").value + value(one, "risk_premium", "ddtl").value
    assert found == pytest.approx(charged, rel=1e-9)


def test_the_fair_spread_adds_up_and_takes_a_given_illiquidity_premium(made_up):
    parts = [value(made_up, name, "ddtl").value for name in ("el_spread", "risk_premium")]
    assert value(made_up, "fair_spread", "ddtl").value == pytest.approx(sum(parts), rel=1e-10)
    assert isinstance(measure(made_up, "illiquidity_premium", "ddtl"), NotApplicable)
    given = value(made_up, "fair_spread", "ddtl", illiquidity_bp=80.0, illiquidity_se_bp=30.0)
    assert given.value == pytest.approx(sum(parts) + 80.0, rel=1e-10)
    assert given.standard_error is not None
    assert given.standard_error > 30.0


def test_the_implied_grade_of_a_rated_firms_pd_is_its_rating():
    for grade in (3.0, 7.0, 10.5, 14.0):
        assert implied(float(cumulative_pd(grade, 4.5)), 4.5) == pytest.approx(grade, abs=1e-4)
    assert implied(0.0, 5.0) == 1.0
    assert implied(0.999, 5.0) == 19.0


def test_an_implied_rating_is_an_interval_that_holds_its_point(made_up):
    found = value(made_up, "implied_rating_by_pd")
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value <= found.high
    assert "to" in found.text


def test_a_run_without_defaults_says_how_high_the_pd_may_be(made_up):
    columns = dict(made_up.columns)
    for name in ("default_month", "cause", "ead", "loss", "pv_loss"):
        columns[name] = np.zeros_like(columns[name])
    safe = replace(made_up, columns=columns)
    found = value(safe, "pd")
    assert (found.value, found.high) == (0.0, pytest.approx(3.0 / 2000))
    assert "up to 0.0015" in found.note
    assert value(safe, "implied_rating_by_pd", years=1.0).high > value(safe, "implied_rating_by_pd", years=1.0).value
    assert all(isinstance(one, (Measure, NotApplicable)) for one in measure_all(safe))
    assert isinstance(measure(safe, "lgd", "ddtl"), NotApplicable)


def test_conditional_pds_average_to_the_pd(made_up):
    fails = made_up.columns["party_failed"][:, 0]
    month = made_up.columns["default_month"][:, 0]
    before = (fails > 0) & (fails <= np.where(month > 0, month, 72))
    share = loop_mean(made_up, before)
    mixed = (
        share * value(made_up, "pd_if_failed", "customer").value
        + (1 - share) * value(made_up, "pd_if_alive", "customer").value
    )
    assert mixed == pytest.approx(value(made_up, "pd").value, rel=1e-10)


def test_headroom_is_measured_at_the_threshold_of_the_day(made_up):
    found = value(made_up, "covenant_headroom", "coverage")
    assert "against 1.25" in found.note or "against 1.15" in found.note


def test_the_yield_of_a_loan_without_losses_is_its_coupon(made_up):
    junior = value(made_up, "expected_yield", "junior").value
    monthly = (1 + 0.09 / 12) ** 12 - 1
    columns = dict(made_up.columns)
    assert junior < monthly
    assert columns["loss"][:, 1].max() > 0


def test_more_draws_make_errors_larger_and_are_said(make_results):
    one, many = make_results(draws=1), make_results(draws=20)
    assert "draws" not in value(one, "pd").note
    assert "20 draws" in value(many, "pd").note


def test_without_a_term_sheet_what_needs_it_is_not_applicable(without_terms):
    for name, entity in (
        ("contract_spread", "ddtl"),
        ("covenant_headroom", "coverage"),
        ("party_rating", "customer"),
    ):
        found = measure(without_terms, name, entity)
        assert isinstance(found, NotApplicable)
        assert "term sheet" in found.reason
    assert value(without_terms, "pd").value > 0.0


def test_a_covenant_and_a_facility_may_share_a_name(made_up):
    shared = replace(made_up, axis=replace(made_up.axis, covenants=("advance", "ddtl")))
    assert value(shared, "breach_probability", "ddtl").unit == "probability"
    assert value(shared, "el", "ddtl").unit == "of commitment"


def test_unknown_names_are_refused_with_a_suggestion(made_up):
    with pytest.raises(SpecError, match="did you mean 'pd'"):
        measure(made_up, "pdd")
    with pytest.raises(SpecError, match="coverage"):
        measure(made_up, "breach_probability", "coverge")
    with pytest.raises(SpecError, match="name the covenant"):
        measure(made_up, "breach_probability")


def test_every_measure_has_formula_unit_and_error_or_says_why_not(everything):
    assert {one.name for one in everything} == {definition.name for definition in MEASURES}
    for one in everything:
        if isinstance(one, NotApplicable):
            assert len(one.reason) > 10
        else:
            assert one.formula
            assert one.unit
            assert math.isfinite(one.value)
            assert one.standard_error is not None or one.note


def test_every_measure_and_curve_has_a_source_and_stands_in_the_glossary():
    text = GLOSSARY.read_text(encoding="utf-8")
    for definition in (*MEASURES, *CURVES):
        assert definition.source
        assert f"**{definition.name}**" in text, definition.name


def test_every_ratio_and_every_term_the_code_cites_stands_in_the_glossary():
    import re

    import halflife.ratios

    text = GLOSSARY.read_text(encoding="utf-8")
    missing = [name for name in halflife.ratios.__all__ if name[0].islower() and f"**{name}**" not in text]
    for source in (GLOSSARY.parents[1] / "src").rglob("*.py"):
        for line in source.read_text(encoding="utf-8").splitlines():
            if "docs/glossary.md" in line:
                missing += [f"{source.name}: {t}" for t in re.findall(r"\*([\w ]+)\*", line) if f"**{t}**" not in text]
    assert missing == []


def test_every_curve_is_drawn_for_the_made_up_record(made_up):
    drawn = curve_all(made_up)
    assert {name for name, _ in drawn} == {definition.name for definition in CURVES}
    for rows in drawn.values():
        for row in rows:
            assert isinstance(row, Curve)
            assert len(row.at) == len(row.value)
            assert len(row.standard_error) in (0, len(row.at))


def test_a_number_that_is_not_finite_is_never_a_measure():
    with pytest.raises(ValueError, match="not a finite number"):
        Measure("pd", "spv", math.nan, "probability", 0.0, "formula")
    with pytest.raises(ValueError, match="does not say why"):
        Measure("pd", "spv", 0.1, "probability", None, "formula")

"""Reference cases of portfolio credit: large and finite pools, tranches, baskets, migration, binomial expansion."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path

import numpy as np
import pytest

from halflife.instruments import (
    basel,
    binomial_expansion,
    copula,
    creditmetrics,
    creditriskplus,
    importance,
    pool_losses,
    tranches,
    vasicek,
)

FOLDER = Path(__file__).parent
IDEALISED = "m6-moodys-idealised-pd-table"
FAT_TAILS = {
    "normal factor, normal own": (inf, inf),
    "t5 factor, normal own": (5, inf),
    "normal factor, t5 own": (inf, 5),
    "t5 factor, t5 own": (5, 5),
}


def vasicek_table(pd_rho, alphas):
    return {
        f"p{pd}_rho{rho}": (vasicek.loss_quantile(pd, rho, np.array(alphas)) - pd)
        / np.sqrt(vasicek.loss_variance(pd, rho))
        for pd, rho in pd_rho
    }


def irb_risk_weights(pd, columns, unit):
    assert unit == "risk weight %"
    rows = {}
    for text in pd:
        chance = float(text)
        longer = basel.maturity_adjustment(chance)
        large, small = (basel.corporate_correlation(chance, sales) for sales in (50.0, 5.0))
        retail, fixed = basel.other_retail_correlation(chance), basel.MORTGAGE_CORRELATION
        capital = [
            basel.capital_requirement(chance, 0.45, large) * longer,
            basel.capital_requirement(chance, 0.45, small) * longer,
            basel.capital_requirement(chance, 0.45, fixed),
            basel.capital_requirement(chance, 0.25, fixed),
            basel.capital_requirement(chance, 0.45, retail),
            basel.capital_requirement(chance, 0.85, retail),
            basel.capital_requirement(chance, 0.45, basel.REVOLVING_CORRELATION),
            basel.capital_requirement(chance, 0.85, basel.REVOLVING_CORRELATION),
        ]
        assert len(capital) == len(columns)
        rows[text] = [100 * basel.risk_weight(one) for one in capital]
    return rows


def bbb_bond(transition_pct, forward_zero_pct, coupon, recovery):
    values = creditmetrics.year_end_values(coupon, np.array(list(forward_zero_pct.values())) / 100, recovery)
    moments = creditmetrics.value_moments(np.array(transition_pct) / 100, values)
    return {"year_end_values": values, "mean": moments.mean, "sd": moments.deviation}


def bbb_and_a(rho, bbb, a):
    grades = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "D")
    joint = creditmetrics.joint_migration(bbb, a, rho)
    return {"p_both_unchanged": joint[grades.index("BBB"), grades.index("A")]}


def pds(hazard, years, frequency):
    dates = np.arange(1, years * frequency + 1) / frequency
    return dates, -np.expm1(-hazard * dates)


def basket_spreads(dates, conditioned, recovery, rate):
    ranks = range(1, conditioned.pd.shape[-2] + 1)
    legs = [tranches.nth_to_default_legs(dates, conditioned, rank, recovery, rate) for rank in ranks]
    return [1e4 * leg.par_spread for leg in legs]


def tranche_spreads(dates, conditioned, recovery, rate, cuts):
    unit = (1 - recovery) / conditioned.pd.shape[-2]
    losses = [tranches.pool_tranche_loss(conditioned, unit, *cut) for cut in cuts]
    return [1e4 * tranches.tranche_legs(dates, loss, rate).par_spread for loss in losses]


def gaussian_basket(names, hazard, recovery, rhos, unit, **terms):
    dates, chances = pds(hazard, terms["T"], terms["freq"])
    pool = np.repeat(chances[:, None], names, axis=1)
    return {
        f"{rho:.1f}": basket_spreads(dates, copula.gaussian(pool, rho), recovery, terms["r"])
        for rho in map(float, rhos)
    }


def gaussian_tranches(names, hazard, recovery, rhos, unit, **terms):
    dates, chances = pds(hazard, terms["T"], terms["freq"])
    pool = np.repeat(chances[:, None], names, axis=1)
    return {
        str(rho): tranche_spreads(dates, copula.gaussian(pool, rho), recovery, terms["r"], terms["tranches"])
        for rho in rhos
    }


def fat_basket(names, hazard, recovery, years, rate, frequency, correlation, unit):
    dates, chances = pds(hazard, years, frequency)
    pool = np.repeat(chances[:, None], names, axis=1)
    return {
        name: basket_spreads(dates, copula.double_t(pool, correlation, *degrees), recovery, rate)
        for name, degrees in FAT_TAILS.items()
    }


def fat_tranches(names, hazard, recovery, years, rate, frequency, correlation, unit, **terms):
    dates, chances = pds(hazard, years, frequency)
    pool = np.repeat(chances[:, None], names, axis=1)
    return {
        name: tranche_spreads(dates, copula.double_t(pool, correlation, *degrees), recovery, rate, terms["tranches"])
        for name, degrees in FAT_TAILS.items()
    }


def tranche_losses(names, pd5, recovery, rhos, **terms):
    return {
        str(rho): [
            tranches.pool_tranche_loss(copula.gaussian(np.full(names, pd5), rho), (1 - recovery) / names, *cut)
            for cut in terms["tranches"]
        ]
        for rho in rhos
    }


def first_states(names, pd, betas):
    found = {}
    for beta in map(float, betas):
        conditioned = copula.gaussian(np.array([pd]), beta**2)
        found[str(beta)] = 1000 * pool_losses.homogeneous_defaults(conditioned, names)[:4]
    return found


def manual_pool(exposures, ratings, rating_pd):
    chances = [rating_pd[rating] for rating in ratings]
    unit = np.ceil(max(exposures) / 100)
    return creditriskplus.on_lattice(exposures, chances, unit, 0.5**2)


def example_1a(exposures, ratings, rating_pd, percentiles, **described):
    pool = manual_pool(exposures, ratings, rating_pd)
    chance = creditriskplus.loss_distribution(pool)
    return {
        "expected_loss": creditriskplus.expected_loss(pool),
        "sd": np.sqrt(creditriskplus.loss_variance(pool)),
        "percentiles": creditriskplus.loss_quantile(chance, pool.unit, percentiles),
        "p_zero_loss": chance[0],
    }


def correlated_sectors(sector1, sector2, rel_default_sd, sector_corr):
    numbers = [sector["n"] for sector in (sector1, sector2)]
    exposure = np.repeat([sector1["exposure"], sector2["exposure"]], numbers)
    pd = np.repeat([sector1["pd"], sector2["pd"]], numbers)
    weights = np.repeat(np.eye(2), numbers, axis=0)
    pool = creditriskplus.on_lattice(exposure, pd, 1.0, [rel_default_sd**2] * 2, weights)
    link = np.array([[1.0, sector_corr], [sector_corr, 1.0]])
    alone = [
        creditriskplus.Lattice(1.0, pool.frequency[k : k + 1], pool.variance[k : k + 1]) for k in range(len(numbers))
    ]
    merged = creditriskplus.single_sector(pool, link)
    return {
        "ul_sector1": np.sqrt(creditriskplus.loss_variance(alone[0])),
        "ul_sector2": np.sqrt(creditriskplus.loss_variance(alone[1])),
        "ul_total": np.sqrt(creditriskplus.loss_variance(pool, link)),
        "rel_default_variance": merged.variance[0],
        "q99": creditriskplus.loss_quantile(creditriskplus.loss_distribution(merged), 1.0, 0.99),
    }


def expanded(diversity, pd, recovery, **terms):
    return {
        "expected_loss": [binomial_expansion.expected_loss(diversity, pd, recovery, *cut) for cut in terms["tranches"]]
    }


def rating_factors(ratings):
    return [binomial_expansion.weighted_rating_factor([1.0], [grade]) for grade in ratings]


CASES = {
    "m6-vasicek-table": vasicek_table,
    "m6-basel2-irb-annex5": irb_risk_weights,
    "m6-creditmetrics-bbb": bbb_bond,
    "m6-creditmetrics-joint": bbb_and_a,
    "m6-hull-white-ntd-gaussian": gaussian_basket,
    "m6-hull-white-cdo-gaussian": gaussian_tranches,
    "m6-tranche-expected-loss-5y": tranche_losses,
    "m6-financepy-loss-distribution": first_states,
    "m6-creditriskplus-1A": example_1a,
    "m6-integrating-correlations": correlated_sectors,
    "m6-bet-binomial": expanded,
    "m6-moodys-rating-factors": rating_factors,
    "hull_white_double_t_basket": fat_basket,
    "hull_white_double_t_tranches": fat_tranches,
}
APART = ("m6-creditriskplus-1B", "m6-glasserman-li-21-factor")


@pytest.mark.parametrize("name", CASES)
def test_the_closed_form_gives_the_reference_numbers(name, agrees):
    agrees(name, CASES[name])


def test_the_probability_of_no_loss_has_a_tolerance_of_its_own(reference_case):
    case = reference_case("m6-creditriskplus-1A")
    found = example_1a(**case["inputs"])["p_zero_loss"]
    assert found == pytest.approx(case["expected"]["p_zero_loss"], **case["tolerance"]["p_zero_loss"], rel=0)


def test_example_1a_without_its_two_largest_loans(reference_case, agrees):
    whole = reference_case("m6-creditriskplus-1A")["inputs"]

    def example_1b(n):
        fewer = {"exposures": whole["exposures"][:n], "ratings": whole["ratings"][:n]}
        return {"percentiles": example_1a(**(whole | fewer))["percentiles"]}

    agrees("m6-creditriskplus-1B", example_1b)
    mean = creditriskplus.expected_loss(manual_pool(whole["exposures"][:23], whole["ratings"][:23], whole["rating_pd"]))
    assert mean == pytest.approx(11_162_856, abs=1)


def test_the_recursion_gives_the_manuals_distribution_too(reference_case):
    inputs = reference_case("m6-creditriskplus-1A")["inputs"]
    pool = manual_pool(inputs["exposures"], inputs["ratings"], inputs["rating_pd"])
    by_fourier = creditriskplus.loss_distribution(pool)
    np.testing.assert_allclose(creditriskplus.by_recursion(pool, len(by_fourier)), by_fourier, atol=2e-16)


def test_factors_are_the_ten_year_column_of_the_unpublished_table(data_folder):
    cases = json.loads((data_folder / "reference" / "reference_cases.json").read_text(encoding="utf-8"))
    case = next(one for one in cases if one["id"] == IDEALISED)
    last = case["inputs"]["years"].index(10)
    percent = np.array(list(case["expected"].values()))
    factors = [binomial_expansion.RATING_FACTORS[grade] for grade in case["expected"]]
    np.testing.assert_allclose(percent[:, last], np.array(factors) / 100, atol=case["tolerance"]["abs"])
    assert (np.diff(percent, axis=0) > 0).all()
    assert (np.diff(percent, axis=1) > 0).all()
    assert not (FOLDER / IDEALISED / "case.yaml").exists()


def pool_of_glasserman_and_li(m):
    """Probability, loss and loadings of each name: one factor for all, one for each hundred, one for each ten."""
    name = np.arange(m)
    loadings = np.zeros((m, 21))
    loadings[:, 0] = 0.8
    loadings[name, 1 + name // 100] = 0.4
    loadings[name, 11 + name % 100 // 10] = 0.4
    return 0.01 * (1 + np.sin(16 * np.pi * (name + 1) / m)), np.linspace(1, 100, m), loadings


@pytest.mark.parametrize(
    ("position", "draws"),
    [(3, 2048), (5, 2048), *(pytest.param(i, 20_000, marks=pytest.mark.slow) for i in range(6))],
)
def test_rare_losses_under_21_factors(position, draws, reference_case):
    case = reference_case("m6-glasserman-li-21-factor")
    pool = pool_of_glasserman_and_li(case["inputs"]["m"])
    level, printed = case["inputs"]["levels"][position], case["expected"]["prob"][position]
    found = importance.loss_tail(*pool, level, draws=draws, seed=1)
    slack = max(case["tolerance"]["abs"], case["tolerance"]["rel"] * printed)
    assert found.standard_error < 2.0 / np.sqrt(draws) * found.probability
    assert abs(found.probability - printed) < slack + 3 * found.standard_error


@pytest.mark.slow
def test_rare_losses_are_those_of_a_plain_simulation(reference_case):
    case = reference_case("m6-glasserman-li-21-factor")
    pool = pool_of_glasserman_and_li(case["inputs"]["m"])
    plain, paths = (0.01125375, 0.00621725, 0.003564, 0.00207125, 0.00062525, 0.00007825), 4_000_000
    for level, counted in zip(case["inputs"]["levels"], plain, strict=True):
        found = importance.loss_tail(*pool, level, draws=60_000, seed=5)
        error = np.hypot(found.standard_error, np.sqrt(counted / paths))
        assert abs(found.probability - counted) < 4 * error, level


@pytest.mark.parametrize("name", [*CASES, *APART, IDEALISED])
def test_every_case_says_where_its_numbers_come_from(name):
    source = (FOLDER / name / "SOURCE.md").read_text(encoding="utf-8")
    assert {"## Where the numbers come from", "## Tolerance", "## What it tests"} <= set(source.splitlines())


def test_the_case_kept_here_is_the_case_that_was_published(data_folder, reference_case):
    published = json.loads((data_folder / "reference" / "reference_cases.json").read_text(encoding="utf-8"))
    ours = {case["id"]: case for case in published if case["id"] in (*CASES, *APART)}
    assert len(ours) == len([name for name in (*CASES, *APART) if name.startswith("m6-")])
    for name, case in ours.items():
        kept = reference_case(name)
        assert {key: kept[key] for key in ("inputs", "expected", "tolerance")} == {
            key: case[key] for key in ("inputs", "expected", "tolerance")
        }

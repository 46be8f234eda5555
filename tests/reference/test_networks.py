"""Reference cases of networks, and of two anchors for what a forced sale loses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from halflife.contagion import clearing, debtrank, reconstruction
from halflife.facts import load_liquidation
from halflife.facts.leasing import lease_loss_rate
from halflife.instruments import impact

FOLDER = Path(__file__).parent


def quality_of_aircraft(remaining, share_explained):
    return {"raw_discount_implied": impact.raw_discount(remaining, share_explained)}


def leases(assets):
    return [lease_loss_rate(asset) for asset in assets]


def eisenberg_noe(external_assets, external_liabilities, **named_in_the_paper):
    network = clearing.build_network(named_in_the_paper["L"], external_assets, external_liabilities)
    cleared = clearing.clear(network)
    return {"payments": cleared.paid[0], "default": cleared.defaulted[0]}


def eisenberg_noe_from_below(external_assets, external_liabilities, **named_in_the_paper):
    network = clearing.build_network(named_in_the_paper["L"], external_assets, external_liabilities)
    cleared = clearing.clear(network, least=True)
    return {"payments": cleared.paid[0], "default": cleared.defaulted[0]}


def four_nodes(external_assets, external_liabilities, **named_in_the_paper):
    network = clearing.build_network(named_in_the_paper["L"], external_assets, external_liabilities)
    return {"payments": clearing.clear(network).paid[0]}


def rogers_veraart(external_assets, alpha, beta, **named_in_the_paper):
    network = clearing.build_network(named_in_the_paper["L"], external_assets)
    both = clearing.clear_both(network, alpha, beta)
    return {"greatest": both.greatest.paid[0], "least": both.least.paid[0]}


def linear_debtrank(equity, exposures, equity_shock):
    stress = debtrank.linear_debtrank(exposures, equity, equity_shock)
    return {"h": stress.lost[0], "equity": stress.equity[0]}


def original_debtrank(v, h0, **named_in_the_paper):
    found = debtrank.debtrank(named_in_the_paper["W"], v, h0)
    return {"h": found.distress, "debtrank": found.debtrank}


def susceptibility(exposures, buffer):
    found = debtrank.impact_susceptibility(exposures, buffer)
    return {"susceptibility": found.by_node, "fluidity": found.fluidity}


def maximum_entropy(assets, liabilities, diagonal):
    assert diagonal == 0
    return reconstruction.maximum_entropy(assets, liabilities)


CASES = {
    "m4-franks-decomposition": quality_of_aircraft,
    "m4-leasing-loss-rates": leases,
    "m5-eisenberg-noe-systemicrisk": eisenberg_noe,
    "m5-en-4node": four_nodes,
    "m5-rv-multiple-vectors": rogers_veraart,
    "m5-linear-debtrank-3cycle": linear_debtrank,
    "m5-debtrank-original": original_debtrank,
    "m5-impact-susceptibility": susceptibility,
    "m5-max-entropy-7bank": maximum_entropy,
}


@pytest.mark.parametrize("name", CASES)
def test_the_network_gives_the_reference_numbers(name, agrees):
    agrees(name, CASES[name])


def test_the_least_payments_are_the_greatest_where_nothing_is_lost_in_bankruptcy(agrees):
    agrees("m5-eisenberg-noe-systemicrisk", eisenberg_noe_from_below)


def test_payments_are_the_exact_fractions(reference_case):
    inputs = reference_case("m5-eisenberg-noe-systemicrisk")["inputs"]
    paid = eisenberg_noe(**inputs)["payments"]
    np.testing.assert_allclose(paid, [165 / 112, 159 / 112, 3 / 2], rtol=1e-15)


def test_the_rate_for_computers_is_the_one_the_liquidation_room_ships():
    figure = load_liquidation().figures["lease_loss_computers"]
    assert figure.value == lease_loss_rate("computers & business machines")


def test_the_sparse_network_of_seven_banks_needs_no_more_links_than_the_package_prints(reference_case):
    # README of NetworkRiskMeasures: nine links by its minimum-density estimation of the same totals.
    inputs = reference_case("m5-max-entropy-7bank")["inputs"]
    found = reconstruction.minimum_density(inputs["assets"], inputs["liabilities"], seed=7)
    assert found.fewest_possible <= found.links <= 9
    np.testing.assert_allclose(found.exposures.sum(axis=1), inputs["assets"], atol=1e-12)
    np.testing.assert_allclose(found.exposures.sum(axis=0), inputs["liabilities"], atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_every_case_says_where_its_numbers_come_from(name):
    source = (FOLDER / name / "SOURCE.md").read_text(encoding="utf-8")
    assert {"## Where the numbers come from", "## Tolerance", "## What it tests"} <= set(source.splitlines())


def test_the_case_kept_here_is_the_case_that_was_published(data_folder, reference_case):
    published = json.loads((data_folder / "reference" / "reference_cases.json").read_text(encoding="utf-8"))
    cases = {case["id"]: case for case in published if case["id"] in CASES}
    assert set(cases) == set(CASES)
    for name, case in cases.items():
        kept = reference_case(name)
        assert {key: kept[key] for key in ("inputs", "expected", "tolerance")} == {
            key: case[key] for key in ("inputs", "expected", "tolerance")
        }

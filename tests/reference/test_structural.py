"""Reference cases of structural credit, convertible notes and joint default."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from halflife.instruments import (
    convertible,
    creditgrades,
    first_passage,
    joint_default,
    leland,
    merton,
    pooled_collateral,
)

FOLDER = Path(__file__).parent


def five_firms(equity, equity_vol, debt_face, rate, asset_drift, **terms):
    years, debt = terms["T"], np.array(debt_face)
    assets = merton.calibrate(np.array(equity), np.array(equity_vol), debt, rate, years)
    real = (assets.worth, debt, np.array(asset_drift), assets.volatility, years)
    return {
        "asset_value": assets.worth,
        "dist_default": merton.distance_to_default(*real),
        "prob_default_pct": 100 * merton.default_probability(*real),
        "debt_value": merton.price(assets.worth, debt, rate, assets.volatility, years).debt,
    }


def one_firm(r, mu, sigma, **terms):
    priced = merton.price(terms["V"], terms["D"], r, sigma, terms["T"])
    distance = merton.distance_to_default(terms["V"], terms["D"], mu, sigma, terms["T"])
    chance = merton.default_probability(terms["V"], terms["D"], mu, sigma, terms["T"])
    return {"debt_value": priced.debt, "spread_bp": 1e4 * priced.spread, "pd": chance, "dd": distance}


def first_passages(cases):
    keys = ("V", "B", "drift", "sigma", "T", "gamma")
    return [first_passage.first_passage_probability(*(case[key] for key in keys)) for case in cases]


def grades(equity_vol, debt_per_share, lam, r, bond_recovery, **terms):
    firm = creditgrades.Listed(terms["S"], equity_vol, debt_per_share, terms["Lbar"], lam)
    years = np.array(terms["T"])
    return {
        "survival": creditgrades.survival(firm, years),
        "cds_spread_bp": 1e4 * creditgrades.swap_spread(firm, years, r, bond_recovery),
    }


def split_note(function):
    def priced(ratio, face, r, q, credit_spread, sigma, conversion, **terms):
        assert conversion == "at maturity"
        note = convertible.Note(face, face / ratio, terms["T"], converts_from=terms["T"])
        worth = function(note, convertible.Share(terms["S0"], sigma, q), r, credit_spread)
        return {"value": worth.price, "cash_only_part": worth.cash_only}

    return priced


def joint_defaults(pd1, pd2, rhos, nus):
    found = {}
    for rho in map(float, rhos):
        joint = joint_default.gaussian(pd1, pd2, rho)
        found[f"gauss_rho{rho}"] = joint
        found[f"default_corr_rho{rho}"] = joint_default.default_correlation(pd1, pd2, joint)
        for degrees in nus:
            found[f"t{degrees}_rho{rho}"] = joint_default.student(pd1, pd2, rho, degrees)
    return found


def tails(rho, nu):
    return {str(degrees): joint_default.tail_dependence(np.array(rho), degrees) for degrees in nu}


def coins_and_machines(btc, gpu, rho, **terms):
    chances = []
    for asset in (btc, gpu):
        chance = merton.default_probability(asset["V"], asset["D"], asset["mu"], asset["sigma"], terms["T"])
        holding = pooled_collateral.Holding(asset["V"], asset["mu"], asset["sigma"])
        assert pooled_collateral.alone(holding, asset["D"], terms["T"]).probability == pytest.approx(chance, rel=1e-13)
        chances.append(chance)
    return {
        "pd_btc": chances[0],
        "pd_gpu": chances[1],
        "joint_gauss": joint_default.gaussian(*chances, rho),
        "joint_t4": joint_default.student(*chances, rho, 4),
    }


CASES = {
    "m3-merton-5firms": five_firms,
    "m3-merton-140": one_firm,
    "m3-black-cox-first-passage": first_passages,
    "m3-creditgrades": grades,
    "m3-convert-tf-european": split_note(convertible.at_maturity),
    "m3-joint-default-gauss-t": joint_defaults,
    "m3-t-tail-dependence": tails,
    "m3-btc-gpu-joint": coins_and_machines,
}
LELAND = ("m3-leland94-exogenous-coupon", "m3-leland94-optimal", "m3-leland94-protected")


@pytest.mark.parametrize("name", CASES)
def test_the_closed_form_gives_the_reference_numbers(name, agrees):
    agrees(name, CASES[name])


def test_the_tree_reaches_the_exact_answer(agrees):
    agrees("m3-convert-tf-european", split_note(convertible.split_tree))


def test_first_passages_agree_to_the_precision_that_the_case_asks_of_a_closed_form(reference_case):
    case = reference_case("m3-black-cox-first-passage")
    np.testing.assert_allclose(first_passages(**case["inputs"]), case["expected"], rtol=1e-9)


def capital_structure(inputs):
    firm = leland.Firm(inputs["V"], inputs["sigma"], inputs["r"], inputs["tau"], inputs["alpha"])
    if inputs["C"] == "optimal":
        return leland.perpetual_debt(firm, leland.optimal_coupon(firm))
    if inputs.get("VB") == "D":
        return leland.protected_debt(firm, inputs["C"])
    return leland.perpetual_debt(firm, inputs["C"])


@pytest.mark.parametrize("name", LELAND)
def test_a_capital_structure_of_leland(name, reference_case):
    case = reference_case(name)
    found = capital_structure(case["inputs"])
    named = {
        "D": found.debt,
        "E": found.equity,
        "v": found.firm,
        "TB": found.tax_benefit,
        "BC": found.bankruptcy_cost,
        "VB": found.default_at,
        "p": found.default_claim,
        "lev": found.leverage,
        "yld": found.debt_yield,
        "spread_bp": 1e4 * found.spread,
    }
    assert named.keys() == case["expected"].keys()
    for key, printed in case["expected"].items():
        assert named[key] == pytest.approx(printed, rel=0, **case["tolerance"][key]), key


@pytest.mark.parametrize("name", [*CASES, *LELAND])
def test_every_case_says_where_its_numbers_come_from(name):
    source = (FOLDER / name / "SOURCE.md").read_text(encoding="utf-8")
    assert {"## Where the numbers come from", "## Tolerance", "## What it tests"} <= set(source.splitlines())


def test_the_cases_kept_here_are_all_that_were_published(data_folder, reference_case):
    published = json.loads((data_folder / "reference" / "reference_cases.json").read_text(encoding="utf-8"))
    ours = {case["id"]: case for case in published if case["id"].startswith("m3-")}
    assert set(ours) == {*CASES, *LELAND}
    for name, case in ours.items():
        kept = reference_case(name)
        assert {key: kept[key] for key in ("inputs", "expected", "tolerance")} == {
            key: case[key] for key in ("inputs", "expected", "tolerance")
        }

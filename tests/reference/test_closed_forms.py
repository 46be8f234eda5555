"""Reference cases of the ratios and of the closed forms of machines and price impact."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from halflife import ratios
from halflife.instruments import impact, vintage

FOLDER = Path(__file__).parent


def vintage_pv(rental0_per_year, op_cost_per_year, price_decline_cont, physical_decay_cont, discount_cont, ages):
    machine = (rental0_per_year, op_cost_per_year, price_decline_cont, physical_decay_cont)
    values = vintage.vintage_value(*machine, discount_cont, np.array(ages))
    return {
        "economic_life_years": vintage.economic_life(*machine),
        "value_by_age": values,
        "retention_by_age": values / values[0],
    }


def user_cost(price, discount, physical_decay, price_decline):
    cost = ratios.user_cost(price, discount, physical_decay, price_decline)
    kept = (1 - physical_decay) * (1 - price_decline)
    stream = cost * kept ** np.arange(200)
    return {
        "user_cost_end_of_year": cost,
        "user_cost_pct_of_price": cost / price,
        "pv_of_all_user_costs": ratios.present_value(stream, discount),
    }


def jump_obsolescence(price0, decline_cont, launch_intensity, drop_at_launch, vol, horizon, level):
    return {
        "expected_price": vintage.expected_price_with_launches(
            price0, decline_cont, launch_intensity, drop_at_launch, horizon
        ),
        "prob_below_level": vintage.probability_below_with_launches(
            level, price0, decline_cont, launch_intensity, drop_at_launch, vol, horizon
        ),
    }


def depreciation(rows, formula):
    return [ratios.declining_balance_rate(row["declining_balance"], row["life"]) for row in rows]


def half_life(annual_retention, years):
    return {
        "value": ratios.retained_value(annual_retention, years),
        "cont_rate": ratios.continuous_rate(annual_retention),
    }


def quality_price(factor, years):
    return {"aagr": ratios.annual_growth(1 / factor, years)}


def sculpted_debt(cfads, rate, target_dscr):
    schedule = ratios.sculpted_debt(cfads, rate, target_dscr)
    opening = np.append(schedule.debt, schedule.balance[:-1])
    return {
        "debt": schedule.debt,
        "principal": schedule.principal,
        "interest": schedule.interest,
        "closing_balance": schedule.balance,
        "llcr_each_date": [ratios.llcr(cfads[t:], rate, opening[t]) for t in range(len(cfads))],
    }


def llcr_of_a_lesson(npv_cfads, loan):
    return {"llcr": ratios.llcr([npv_cfads], 0.0, loan)}


def annuity(principal, rate, n):
    return {
        "payment": ratios.annuity_payment(principal, rate, n),
        "interest_total": ratios.level_debt(principal, rate, n).interest.sum(),
    }


def covenant_breach(cfads_median, log_sd, debt_service, thresholds):
    return {
        str(threshold): ratios.probability_below(threshold, cfads_median, log_sd, debt_service)
        for threshold in thresholds
    }


def reserve(debt_service, months):
    target = ratios.dsra_target(debt_service, months)
    return {"target_balance": target, "release": ratios.dsra_release(target)}


def impact_of_inet(sold_fraction, price_drop):
    beta = impact.exponential_strength(sold_fraction, price_drop)
    return {"beta": beta, "price_at_20pct_sold": impact.exponential(0.2, beta)}


def impact_of_caccioli(sold_fraction, price_drop):
    return {"alpha": impact.exponential_strength(sold_fraction, price_drop)}


def square_root_law(daily_vol, **named_in_the_paper):
    sold = np.array(named_in_the_paper["Q_over_V"])
    return impact.square_root(sold, 1.0, daily_vol, named_in_the_paper["Y"])


def kyle(sigma_u, **named_in_the_paper):
    auction = impact.kyle_auction(named_in_the_paper["Sigma0"], sigma_u)
    return dict(zip(("lam", "beta", "Sigma1", "insider_profit"), auction, strict=True))


def forced_sale(ead, collateral, fire_sale_discount, cost, months_to_sell, discount):
    recovery = impact.forced_sale_recovery(collateral, fire_sale_discount, cost, months_to_sell, discount)
    return {"recovery": recovery, "lgd": ratios.lgd(recovery, ead)}


def hull_hazard(cum_pd7):
    return 100 * ratios.average_hazard(np.array(cum_pd7) / 100, 7)


CASES = {
    "m1-vintage-pv": vintage_pv,
    "m1-jorgenson-user-cost": user_cost,
    "m1-jump-obsolescence": jump_obsolescence,
    "m1-bea-depreciation": depreciation,
    "m1-doms-half-life": half_life,
    "m1-pc-quality-price-1976-1999": quality_price,
    "m2-sculpted-debt": sculpted_debt,
    "m2-llcr-felix": llcr_of_a_lesson,
    "m2-annuity": annuity,
    "m2-covenant-breach": covenant_breach,
    "m2-dsra": reserve,
    "m4-exp-impact-inet": impact_of_inet,
    "m4-exp-impact-caccioli": impact_of_caccioli,
    "m4-sqrt-impact": square_root_law,
    "m4-kyle-single-auction": kyle,
    "m4-lgd-forced-sale": forced_sale,
    "m6-hull-hazard-table-17.5": hull_hazard,
}


@pytest.mark.parametrize("name", CASES)
def test_the_closed_form_gives_the_reference_numbers(name, agrees):
    agrees(name, CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_every_case_says_where_its_numbers_come_from(name):
    source = (FOLDER / name / "SOURCE.md").read_text(encoding="utf-8")
    assert {"## Where the numbers come from", "## Tolerance", "## What it tests"} <= set(source.splitlines())


def test_the_case_kept_here_is_the_case_that_was_published(data_folder, reference_case):
    published = json.loads((data_folder / "reference" / "reference_cases.json").read_text(encoding="utf-8"))
    for case in published:
        if case["id"] in CASES:
            kept = reference_case(case["id"])
            assert {key: kept[key] for key in ("inputs", "expected", "tolerance")} == {
                key: case[key] for key in ("inputs", "expected", "tolerance")
            }

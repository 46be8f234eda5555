"""The base case is the walk without chance: what `resolve` schedules is what the month loop pays."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halflife.engine.resolve import Deal, resolve
from halflife.engine.system import SystemSpec
from halflife.engine.twin import replay, rows
from halflife.foundation.document import read_document
from halflife.operations import state as business
from halflife.waterfall import state as debt

DATA = Path(__file__).resolve().parents[2] / "data"
CERTAIN = {
    "compute": {"speed": "1 /yr", "volatility": "0 %", "age_drift": "30 %/yr", "idiosyncratic": "0 %"},
    "short_rate": {"curve": ["4 %", "3.5 %", "3 %"], "speed": "1 /yr", "volatility": "0 %"},
    "power": {"price": "0.07 USD/kWh", "speed": "1 /yr", "volatility": "0 %"},
}


def without_chance(name: str) -> Deal:
    tree: Any = copy.deepcopy(read_document(DATA / name).tree())
    tree["economy"]["market"].update(CERTAIN)
    for machine in tree["economy"]["market"]["machines"]:
        machine.pop("successors", None)
    tree["counterparties"] = [
        {"name": party["name"], "roles": party["roles"], "rating": "AAA", "recovery": "40 %"}
        for party in tree["counterparties"]
    ]
    borrower = tree["borrowers"][0]
    for fleet in borrower["operations"]["fleets"]:
        fleet.get("delivery", {}).update(delay="0 months", delay_uncertainty="0 months")
    for contract in borrower["operations"]["contracts"]:
        contract.pop("renegotiation", None)
    borrower["covenants"] = []
    borrower["debt"]["cash"] = "2 bn USD"
    for facility in borrower["debt"]["facilities"]:
        facility.pop("maintenance_advance", None)
    unwanted = [("distribute", None), ("trap", None), ("cure_advance", "ddtl")]
    steps = borrower["debt"]["priority"]
    borrower["debt"]["priority"] = [step for step in steps if (step["pay"], step.get("facility")) not in unwanted]
    return resolve(SystemSpec.model_validate(tree))


@pytest.mark.parametrize("name", ["term_loan.yaml", "full_ddtl.yaml"])
def test_the_walk_without_chance_is_the_base_case(name):
    deal = without_chance(name)
    base, until = deal.base, deal.plan.last_maturity
    for t, state in replay(deal.plan, [0], 1):
        if not 1 <= t <= until:
            continue
        businesses, pools = rows(state.operations.businesses, 1), rows(state.waterfall.pools, 1)
        facilities = rows(state.waterfall.facilities, 1)
        said = f"month {t}"
        np.testing.assert_allclose(businesses[0, business.CFADS, 0], base.cfads[0, t], rtol=1e-9, err_msg=said)
        np.testing.assert_allclose(businesses[0, business.SPENT, 0], base.capex[0, t], rtol=1e-9, atol=1e-3)
        np.testing.assert_allclose(pools[0, debt.SERVICE, 0], base.scheduled[0, t], rtol=1e-6, atol=1.0)
        for f, loan in enumerate(base.debt.loans):
            balance = facilities[f, debt.BALANCE, 0]
            np.testing.assert_allclose(balance, loan.walk.balance[t], rtol=1e-6, atol=1.0, err_msg=f"{said} {f}")

"""The compiled walk and the NumPy twin: one source, the same bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from halflife.collateral import state as value
from halflife.contagion import state as between
from halflife.counterparties import state as party
from halflife.covenants import state as covenant
from halflife.default import state as standing
from halflife.engine import state as outcome
from halflife.engine.ledger import BINS, TOP, fan_months, fans_of, series_of
from halflife.engine.resolve import resolve
from halflife.engine.run import walk
from halflife.engine.system import SystemSpec
from halflife.foundation.document import read_document
from halflife.liquidation import state as sale
from halflife.market import state as market
from halflife.operations import state as business
from halflife.study.run import axis_of
from halflife.treasury import state as purse
from halflife.waterfall import state as debt
from halflife.waterfall.table import JUNIOR

LOAN = Path(__file__).resolve().parents[1] / "data" / "term_loan.yaml"
WHERE = {
    "weight": ("counterparties.weights", party.WEIGHT),
    "default_month": ("default.standing", standing.MONTH),
    "cause": ("default.standing", standing.CAUSE),
    "least_dscr": ("covenants.triggers", covenant.LEAST_DSCR),
    "first_shortfall": ("waterfall.pools", debt.FIRST_SHORT),
    "equity_in": ("outcome.equity", outcome.PV_IN),
    "equity_out": ("outcome.equity", outcome.PV_OUT),
    "support": ("outcome.equity", outcome.PV_SUPPORT),
    "ead": ("outcome.claims", outcome.EAD),
    "loss": ("outcome.claims", outcome.LOSS),
    "pv_loss": ("outcome.claims", outcome.PV_LOSS),
    "annuity": ("outcome.claims", outcome.ANNUITY),
    "repaid": ("outcome.claims", outcome.REPAID),
    "repaid_time": ("outcome.claims", outcome.REPAID_TIME),
    "first_breach": ("covenants.tests", covenant.FIRST_BREACH),
    "lender_failed": ("contagion.lenders", between.FAILED),
    "backstop_spent": ("liquidation.backstop", sale.SPENT),
    "backstop_cost": ("liquidation.backstop", sale.OVERPAID),
    "party_failed": ("counterparties.parties", party.FAILED),
}
NAMES = ("ddtl-4", "invented", "full", "treasury")
SERIES = {
    "borrower": {
        "revenue": ("operations.businesses", business.REVENUE),
        "contracted": ("operations.businesses", business.CONTRACTED),
        "opex": ("operations.businesses", business.OPEX),
        "cfads": ("operations.businesses", business.CFADS),
        "capex": ("operations.businesses", business.SPENT),
        "equity": ("waterfall.pools", debt.EQUITY),
        "distributed": ("waterfall.pools", debt.DISTRIBUTED),
        "support": ("waterfall.pools", debt.SUPPORT),
        "debt": ("waterfall.pools", debt.DEBT),
        "liquidity": ("waterfall.pools", debt.LIQUIDITY),
        "shortfall": ("waterfall.pools", debt.SHORTFALL),
        "service": ("waterfall.pools", debt.SERVICE),
        "proceeds": ("waterfall.pools", debt.PROCEEDS),
        "paper": ("collateral.values", value.PAPER),
        "appraised": ("collateral.values", value.APPRAISED),
        "orderly": ("collateral.values", value.ORDERLY),
        "forced": ("collateral.values", value.FORCED),
        "defaulted": ("default.standing", standing.DEFAULTED),
    },
    "facility": {
        "balance": ("waterfall.facilities", debt.BALANCE),
        "draw": ("waterfall.facilities", debt.DRAW),
        "interest": ("waterfall.facilities", debt.PAID_INTEREST),
        "principal": ("waterfall.facilities", debt.PAID_PRINCIPAL),
        "fees": ("waterfall.facilities", debt.PAID_FEES),
        "refinanced": ("waterfall.facilities", debt.REFINANCED),
        "returned": ("waterfall.facilities", debt.RETURNED),
        "settled": ("waterfall.facilities", debt.SETTLED),
        "backed": ("waterfall.facilities", debt.BACKED),
    },
    "step": {"paid": ("waterfall.flows", debt.FLOW)},
    "party": {"alive": ("counterparties.parties", party.ALIVE)},
    "machine": {
        "rent": ("market.machines", market.RENT),
        "mark": ("liquidation.markets", sale.MARK),
        "taken": ("liquidation.markets", sale.TAKEN),
        "idle": ("contagion.capacity", between.IDLE),
    },
    "economy": {
        "short_rate": ("market.economy", market.RATE),
        "market_open": ("market.economy", market.IS_OPEN),
        "shortage": ("market.economy", market.REGIME),
        "power_price": ("market.economy", market.POWER),
        "recognised_loss": ("contagion.system", between.TOTAL),
        "refinancing_open": ("contagion.system", between.IS_OPEN),
    },
    "lender": {
        "loan_loss": ("contagion.lenders", between.LOAN_LOSS),
        "claim_loss": ("contagion.lenders", between.CLAIM_LOSS),
        "capital_ratio": ("contagion.lenders", between.RATIO),
        "weak": ("contagion.lenders", between.IS_WEAK),
    },
    "coin": {"price": ("market.coins", market.PRICE)},
    "network": {"hashprice": ("market.network", market.HASHPRICE)},
    "holding": {
        "coins_free": ("treasury.holdings", purse.FREE),
        "coins_sold": ("treasury.holdings", purse.SOLD),
        "coins_raised": ("treasury.holdings", purse.RAISED),
    },
    "coin_loan": {
        "coins_pledged": ("treasury.loans", purse.PLEDGED),
        "coin_ltv": ("treasury.loans", purse.LTV),
        "coin_repaid": ("treasury.loans", purse.REPAID),
    },
    "treasury": {
        "cash_need": ("treasury.purses", purse.NEED),
        "mined_kept": ("treasury.purses", purse.KEPT),
        "issued": ("treasury.purses", purse.ISSUED),
        "share_price": ("treasury.purses", purse.SHARE_PRICE),
        "converted": ("treasury.purses", purse.CONVERTED),
    },
}


def outcome_of(tale, column):
    """``[entity, path]``: what the last month says; nobody's failure counts after the last maturity."""
    array, field = WHERE[column]
    found = tale[array][-1, :, field]
    return np.where(found > tale.deal.plan.last_maturity, 0.0, found) if column == "party_failed" else found


@pytest.mark.parametrize("column", WHERE)
@pytest.mark.parametrize("name", NAMES)
def test_outcomes_are_the_same_bits(harvests, tales, name, column):
    np.testing.assert_array_equal(getattr(harvests[name].columns, column), outcome_of(tales[name], column))


def test_every_column_is_compared(harvests):
    assert set(harvests["ddtl-4"].columns._fields) == set(WHERE)


def counting_weights(tale):
    """``[month, path]``: all paths up to the last maturity, then those that still owe."""
    months, last = tale.deal.plan.months, tale.deal.plan.last_maturity
    owes = (tale["waterfall.pools"][:, :, debt.DEBT] > 0.0).any(axis=1)
    counts = np.ones((months + 1, owes.shape[1]), dtype=bool)
    counts[last + 1 :] = owes[last:-1]
    return tale["counterparties.weights"][-1, 0, party.WEIGHT] * counts


@pytest.mark.parametrize("name", NAMES)
def test_sums_are_weighted_sums_of_rows(harvests, tales, name):
    tale, found = tales[name], harvests[name].summary
    axis, weights = axis_of(tale.deal), counting_weights(tale)
    entities = {
        "borrower": axis.borrowers, "facility": axis.facilities, "step": axis.steps, "party": axis.parties,
        "machine": axis.machines, "economy": ("economy",), "lender": axis.lenders,
        "coin": axis.coins, "network": axis.networks, "holding": axis.holdings, "coin_loan": axis.coin_loans,
        "treasury": axis.treasuries,
    }  # fmt: skip
    rows, seen = series_of(axis), set()
    for kind, quantities in SERIES.items():
        for place, entity in enumerate(entities[kind]):
            for quantity, (array, field) in quantities.items():
                row = rows[quantity, entity]
                wanted = (tale[array][:, place, field] * weights).sum(axis=1)
                scale = max(1e-9, np.abs(wanted).max())
                np.testing.assert_allclose(
                    found.sums[row, 1:], wanted[1:], rtol=1e-12, atol=1e-12 * scale, err_msg=f"{quantity} {entity}"
                )
                seen.add(row)
    assert seen == set(rows.values())
    assert found.weight == pytest.approx(weights[0].sum(), rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_the_fan_of_llcr_is_that_of_the_rows(harvests, tales, name):
    tale, axis = tales[name], axis_of(tales[name].deal)
    facilities, senior = tale["waterfall.facilities"], tale.deal.plan.waterfall.kind != JUNIOR
    owed = (facilities[:, senior, debt.BALANCE] + facilities[:, senior, debt.ACCRUED]).sum(axis=1)
    is_live = (tale["default.standing"][:, 0, standing.DEFAULTED] < 0.5) & (owed > 1.0)
    weights, found = tale["counterparties.weights"][-1, 0, party.WEIGHT], harvests[name].summary.fans
    for date, t in enumerate(fan_months(tale.deal.plan.last_maturity)):
        ratio = tale["operations.businesses"][t, 0, business.LIFE, is_live[t]] / owed[t, is_live[t]]
        place = np.clip(ratio * ((BINS - 1) / TOP["llcr"]), 0.0, BINS - 1).astype(int)
        wanted = np.bincount(place, weights[is_live[t]], minlength=BINS)
        row = found[fans_of(axis)["llcr", axis.borrowers[0]], date]
        np.testing.assert_allclose(row, wanted, rtol=1e-12, atol=1e-9, err_msg=f"month {t}")


@pytest.fixture(scope="module")
def safe():
    """A loan that nobody fails to repay: everything is over at maturity, long before the horizon."""
    tree = read_document(LOAN).tree()
    tree["borrowers"][0]["debt"]["facilities"][0]["commitment"] = "5 m USD"
    tree["counterparties"][0]["rating"] = "AAA"
    return resolve(SystemSpec.model_validate(tree))


@pytest.mark.parametrize("column", WHERE)
def test_outcomes_do_not_depend_on_when_the_block_is_done(safe, retell, column):
    """The compiled walk leaves a block when nobody in it owes anything; outcomes must not know."""
    found = walk([safe.plan], axis_of(safe), paths=128, seed=7, threads=1)
    np.testing.assert_array_equal(getattr(found.columns, column), outcome_of(retell(safe, range(128)), column))

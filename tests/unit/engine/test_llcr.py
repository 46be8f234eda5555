"""Loan life coverage by path: what the tables promise is what the business would bring."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.engine.coverage import base_llcr
from halflife.engine.ledger import EVERY
from halflife.operations import state as business
from halflife.ratios import llcr
from halflife.waterfall import state as debt
from halflife.waterfall.table import JUNIOR

B = "borrowers/0"
OPS, DEBT = f"{B}/operations", f"{B}/debt"
LOAN = f"{DEBT}/facilities/0"
LONG = {f"{OPS}/contracts/0/term": "20 months"}
VENDOR = {
    "counterparties": [
        {"name": "Acme AI", "roles": ["offtaker"], "rating": "BBB-", "recovery": "40 %"},
        {"name": "Rackmaker", "roles": ["vendor"], "rating": "BBB", "recovery": "40 %"},
    ],
    f"{OPS}/contracts/0/term": "20 months",
    f"{OPS}/release": {
        "downtime": "3 months", "use": "75 %",
        "backstops": [{"vendor": "Rackmaker", "price": "1.90 USD/h", "share": "60 %", "until": "2028-12-31"}],
    },
}  # fmt: skip
STEADY = {**LONG, f"{OPS}/release": {"downtime": "0 months", "use": "75 %"}}
CERTAIN = {
    f"{B}/covenants": [], f"{DEBT}/cash": "100 m USD",
    f"{DEBT}/priority": [{"pay": "opex"}, {"pay": "interest"}, {"pay": "principal"}],
}  # fmt: skip


def coverage(story, t):
    """LLCR of the only borrower at a fan date."""
    table = story.deal.plan.waterfall
    owed = sum(
        story("waterfall.facilities", f, debt.BALANCE)[t] + story("waterfall.facilities", f, debt.ACCRUED)[t]
        for f in np.flatnonzero(table.kind != JUNIOR)
    )
    return story("operations.businesses", 0, business.LIFE)[t] / owed


def base_of(deal):
    return base_llcr(deal.plan.waterfall, deal.base.debt.loans, deal.base.cfads, 0)


@pytest.mark.parametrize("changes", [{}, LONG, VENDOR], ids=["contract", "contract, then market", "contract, vendor"])
def test_without_chance_every_path_has_the_llcr_of_the_base_case(quiet, live, changes):
    deal = quiet("term_loan.yaml", {**CERTAIN, **changes})
    story, base = live(deal), base_of(deal)
    for t in range(EVERY, 36, EVERY):
        assert coverage(story, t) == pytest.approx(base[t], rel=1e-12), t


def test_the_base_case_is_the_ratio_of_the_literature(quiet):
    deal = quiet("term_loan.yaml", LONG)
    loan, cfads = deal.base.debt.loans[0], deal.base.cfads[0]
    for t in (3, 12, 30):
        rate = loan.rate[t + 1 : 37] * loan.terms.accrual[t + 1 : 37]
        assert base_of(deal)[t] == pytest.approx(llcr(cfads[t + 1 : 37], rate, loan.walk.balance[t]), rel=1e-12)


@pytest.mark.parametrize("changes", [{}, STEADY, VENDOR], ids=["contract", "contract, then market", "contract, vendor"])
def test_sculpted_to_one_dscr_the_llcr_is_that_dscr_at_every_date(quiet, live, changes):
    sculpted = {
        **CERTAIN, **changes, f"{LOAN}/amortisation": {"kind": "sculpted"}, f"{LOAN}/commitment": "50 m USD",
        f"{LOAN}/rate": {"kind": "floating", "margin": "300 bp"}, f"{LOAN}/day_count": "ACT/360",
        "economy/market/short_rate/curve": ["5 %", "4 %", "3 %"],
    }  # fmt: skip
    deal = quiet("term_loan.yaml", sculpted)
    dscr, story = deal.base.debt.loans[0].dscr, live(deal)
    assert dscr > 1.0
    np.testing.assert_allclose(base_of(deal)[:36], dscr, rtol=1e-10)
    for t in range(EVERY, 36, EVERY):
        assert coverage(story, t) == pytest.approx(dscr, rel=1e-9), t


def test_a_lost_customer_leaves_what_the_market_pays(quiet, live):
    """After the failure in month 10 all machines earn the market from month 13 on; from month 15 the table is exact."""
    deal = quiet("term_loan.yaml", {**CERTAIN, f"{OPS}/contracts/0/terminates_on_borrower_default": False})
    story = live(deal, {"Acme AI": 10})
    cfads = story("operations.businesses", 0, business.CFADS)
    loan = deal.base.debt.loans[0]
    for t in (12, 15, 24):
        rate = loan.rate[t + 1 : 37] * loan.terms.accrual[t + 1 : 37]
        worth = float(np.sum(cfads[t + 1 : 37] / np.cumprod(1.0 + rate)))
        assert story("operations.businesses", 0, business.LIFE)[t] == pytest.approx(worth, rel=1e-9), t
    assert coverage(story, 12) < 0.8 * coverage(story, 9)


def test_a_vendor_supports_coverage_only_while_it_lives(quiet, live):
    with_vendor, plain = quiet("term_loan.yaml", {**CERTAIN, **VENDOR}), quiet("term_loan.yaml", {**CERTAIN, **LONG})
    alive, failed, without = live(with_vendor), live(with_vendor, {"Rackmaker": 5}), live(plain)
    assert coverage(alive, 3) == pytest.approx(coverage(failed, 3), rel=1e-12)
    assert coverage(failed, 6) == pytest.approx(coverage(without, 6), rel=1e-12)
    assert coverage(alive, 6) > coverage(failed, 6)


def test_the_paths_own_rent_is_carried_along_the_trend(quiet, live):
    """Twice the rent today: what the market pays later is worth twice as much, less the same running cost."""
    changes = {**CERTAIN, f"{OPS}/contracts/0/kind": "spot", f"{OPS}/opex": {
        "pue": 1.25, "hosting": "0 USD/month", "maintenance": "0 USD/month"}}  # fmt: skip
    at = {rent: live(quiet("term_loan.yaml", {**changes, "economy/market/machines/0/rental": rent}))
          for rent in ("4 USD/h", "8 USD/h", "12 USD/h")}  # fmt: skip
    low, middle, high = (story("operations.businesses", 0, business.LIFE)[12] for story in at.values())
    assert high - middle == pytest.approx(middle - low, rel=1e-9)

"""A vendor's backstop and a lease's residual, from the term sheet to the month in which they matter."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.default import state as standing
from halflife.engine import state as outcome
from halflife.engine.show import show
from halflife.foundation.errors import SpecError
from halflife.operations import state as business
from halflife.operations.check import HOURS
from halflife.waterfall import state as debt

B = "borrowers/0"
OPS, DEBT = f"{B}/operations", f"{B}/debt"
ACME = {"name": "Acme AI", "roles": ["offtaker"], "rating": "BBB-", "recovery": "40 %"}
VENDOR = {"name": "Rackmaker", "roles": ["vendor"], "rating": "BBB", "recovery": "40 %"}
FLOOR = {"vendor": "Rackmaker", "price": "2.40 USD/h", "share": "50 %", "until": "2029-09-30"}


RICH = {
    f"{B}/covenants": [], f"{DEBT}/cash": "150 m USD",
    f"{DEBT}/priority": [{"pay": "opex"}, {"pay": "interest"}, {"pay": "principal"}],
}  # fmt: skip
"""Nobody defaults, so that machines are never sold."""


def backed(**changes):
    """A 24-month contract on the term loan's machines, then the market or the vendor."""
    return {
        "counterparties": [ACME, VENDOR],
        **RICH,
        f"{OPS}/contracts/0/term": "24 months",
        f"{OPS}/release": {"downtime": "3 months", "use": "75 %", "backstops": [{**FLOOR, **changes}]},
    }


LEASED = {
    "counterparties": [ACME, VENDOR],
    f"{DEBT}/facilities/0": {
        "name": "loan", "kind": "lease", "commitment": "95 m USD", "rate": {"kind": "fixed", "coupon": "9 %"},
        "maturity": "2029-03-31", "day_count": "30/360", "amortisation": {"kind": "level"},
        "lease": {"fleet": "main", "residual_guarantee": "45 %"},
    },
    f"{OPS}/contracts/0/term": "36 months",
}  # fmt: skip
LEASE = f"{DEBT}/facilities/0/lease"


def test_the_base_case_leans_on_the_vendor_as_the_walk_does(quiet, live):
    deal = quiet("term_loan.yaml", backed())
    story, base = live(deal), deal.base
    for t in range(1, deal.plan.last_maturity + 1):
        for field, figures in ((business.CFADS, base.cfads), (business.REVENUE, base.revenue)):
            assert story("operations.businesses", 0, field)[t] == pytest.approx(figures[0, t], rel=1e-9), t


def test_the_vendor_pays_from_the_first_idle_day_to_its_date_or_its_end(quiet, live):
    deal = quiet("term_loan.yaml", backed())
    paid = live(deal)("operations.businesses", 0, business.BACKED)
    whole = 0.5 * 2304 * HOURS * 2.40
    np.testing.assert_allclose(paid[[25, 26, 27, 36, 42]], whole, rtol=1e-12)
    assert paid[:25].max() == paid[43:].max() == 0.0
    broken = live(deal, {"Acme AI": 10, "Rackmaker": 30})("operations.businesses", 0, business.BACKED)
    np.testing.assert_allclose(broken[10:30], whole, rtol=1e-12)
    assert broken[30:].max() == 0.0


def test_a_backstop_never_makes_the_borrower_poorer(quiet, live):
    with_vendor = live(quiet("term_loan.yaml", backed()))
    without = live(quiet("term_loan.yaml", {**RICH, f"{OPS}/contracts/0/term": "24 months"}))
    more = with_vendor("operations.businesses", 0, business.CFADS) - without("operations.businesses", 0, business.CFADS)
    assert more.min() >= -1e-6
    assert more.max() > 0.0


@pytest.mark.parametrize(
    ("changes", "where", "says"),
    [
        ({"vendor": "Nobody"}, "backstops[0].vendor", "Rackmaker"),
        ({"vendor": "Acme AI"}, "backstops[0].vendor", "role vendor"),
        ({"until": "2026-03-31"}, "backstops[0].until", "after the valuation"),
        ({"fleet": "other"}, "backstops[0].fleet", "main"),
        ({"price": "0 USD/h"}, "backstops[0].price", "a price"),
    ],
)
def test_a_backstop_that_makes_no_sense_is_refused(quiet, changes, where, says):
    with pytest.raises(SpecError) as refused:
        quiet("term_loan.yaml", backed(**changes))
    hit = [finding for finding in refused.value.findings if where in finding.where]
    assert any(says in f"{finding.found} {finding.wanted} {finding.fix}" for finding in hit), refused.value


def test_two_vendors_for_one_fleet_are_refused(quiet):
    changes = backed()
    changes[f"{OPS}/release"]["backstops"].append({**FLOOR, "fleet": "main"})
    with pytest.raises(SpecError, match="second backstop for fleet 'main'"):
        quiet("term_loan.yaml", changes)


def test_show_prints_backstops_and_leases(quiet):
    (row,) = show(quiet("term_loan.yaml", backed()))["backstops"]
    assert (row["vendor"], row["usd_per_hour"], row["share"], row["until"]) == ("Rackmaker", 2.4, 0.5, "2029-09-30")
    (row,) = show(quiet("term_loan.yaml", LEASED))["leases"]
    assert (row["fleet"], row["goes_back"], row["guarantor"]) == ("main", "2029-03-31", "the lessee")
    assert row["residual"] == row["guaranteed"] == pytest.approx(0.45 * 95e6)


def test_leased_machines_earn_to_the_end_and_are_gone_then(quiet, live):
    deal = quiet("term_loan.yaml", LEASED)
    story = live(deal)
    revenue = story("operations.businesses", 0, business.REVENUE)
    assert revenue[36] > 0.0
    assert revenue[37:].max() == 0.0
    for field in range(5):
        assert story("collateral.values", 0, field)[36:].max() == 0.0
    np.testing.assert_allclose(deal.base.revenue[0, 1:37], revenue[1:37], rtol=1e-9)
    assert deal.base.revenue[0, 37:].max() == deal.base.paper[0, 36:].max() == 0.0


@pytest.mark.parametrize("rental", ["2 USD/h", "8 USD/h"], ids=["worth less than guaranteed", "worth more"])
def test_the_lessor_gets_machines_and_guarantee(quiet, live, rental):
    deal = quiet("term_loan.yaml", {**LEASED, "economy/market/machines/0/rental": rental, **RICH})
    story = live(deal)
    worth, settled = (story("waterfall.facilities", 0, field)[36] for field in (debt.RETURNED, debt.SETTLED))
    residual = 0.45 * 95e6
    assert worth == pytest.approx(story("collateral.values", 0, 2)[35], rel=0.1)
    assert (worth < residual) == (rental == "2 USD/h")
    short = max(0.0, residual - worth)
    assert settled == pytest.approx(residual - short, rel=1e-9)
    paid = story("waterfall.facilities", 0, debt.PAID_PRINCIPAL)
    assert paid[1:].sum() + settled == pytest.approx(95e6, rel=1e-12)
    assert story("outcome.claims", 0, outcome.REPAID)[-1] == pytest.approx(95e6, rel=1e-12)
    assert story("default.standing", 0, standing.DEFAULTED).max() == 0.0


def test_a_lessee_that_cannot_pay_the_shortfall_defaults_on_that_alone(quiet, live):
    poor = {**LEASED, "economy/market/machines/0/rental": "1 USD/h", f"{DEBT}/cash": "0 USD"}
    story = live(quiet("term_loan.yaml", {**poor, f"{DEBT}/priority/2": {"pay": "principal", "facility": "loan"}}))
    worth, owed = (story("waterfall.facilities", 0, field)[36] for field in (debt.RETURNED, debt.BALANCE))
    assert story("default.standing", 0, standing.MONTH)[-1] == 36
    exposure = story("outcome.claims", 0, outcome.EAD)[-1]
    assert exposure == pytest.approx(owed)
    assert 1e6 < exposure < 0.45 * 95e6 - worth
    assert story("outcome.claims", 0, outcome.LOSS)[-1] == pytest.approx(exposure)


def test_a_named_guarantor_relieves_the_lessee(quiet, live):
    poor = {
        **LEASED, "economy/market/machines/0/rental": "1 USD/h", f"{DEBT}/cash": "0 USD",
        LEASE: {"fleet": "main", "residual_guarantee": "45 %", "guarantor": "Rackmaker", "cap": "5 m USD"},
    }  # fmt: skip
    deal = quiet("term_loan.yaml", poor)
    for fails, share in (({}, 1.0), ({"Rackmaker": 20}, 0.4)):
        story = live(deal, fails)
        assert story("default.standing", 0, standing.DEFAULTED).max() == 0.0
        assert story("waterfall.facilities", 0, debt.BACKED)[36] == pytest.approx(share * 5e6)
        assert story("outcome.claims", 0, outcome.REPAID)[-1] < 95e6


def test_the_residual_is_outside_debt_service(quiet):
    deal = quiet("term_loan.yaml", LEASED)
    service = deal.base.scheduled[0, 1:37]
    np.testing.assert_allclose(service, service[0], rtol=1e-9)
    assert deal.base.debt.loans[0].walk.balloon[36] == pytest.approx(0.45 * 95e6, rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({f"{LEASE}/fleet": "other"}, "fleet 'other'"),
        ({f"{LEASE}/guarantor": "Nobody", f"{LEASE}/cap": "1 m USD"}, "'Nobody'"),
        ({f"{OPS}/contracts/0/term": "40 months"}, "machines that go back on 2029-03-31"),
        ({f"{OPS}/fleets/0/delivery": {"first": "2029-01-31", "last": "2029-12-31"}}, "before all machines"),
    ],
)
def test_a_lease_that_makes_no_sense_is_refused(quiet, changes, says):
    with pytest.raises(SpecError) as refused:
        quiet("term_loan.yaml", {**LEASED, **changes})
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("lease", "says"),
    [
        ({"fleet": "main", "residual_guarantee": "45 %", "residual": "30 %"}, "exceeds the residual"),
        ({"fleet": "main", "residual_guarantee": "45 %", "guarantor": "Rackmaker"}, "go together"),
    ],
)
def test_a_guarantee_needs_its_parts(quiet, lease, says):
    with pytest.raises(ValueError, match=says):
        quiet("term_loan.yaml", {**LEASED, LEASE: lease})

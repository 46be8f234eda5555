"""Lenders and channels: from words to arrays, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.contagion.resolve import Exposed, Links, resolve
from halflife.contagion.spec import CHANNELS, ContagionSpec, LenderSpec

BORROWERS = ("Alpha", "Beta")
FACILITIES = (("Alpha", "loan"), ("Alpha", "notes"), ("Beta", "loan"))


def exposed():
    return Exposed(
        borrowers=BORROWERS,
        machines=("b200", "h100"),
        parties=("Customer", "Operator"),
        multiples=np.array([1.0, 3.0]),
        facilities=FACILITIES,
        commitments=np.array([100e6, 50e6, 200e6]),
        owner=np.array([0, 0, 1]),
        is_junior=np.array([0, 1, 0]),
        fleet_machine=np.array([0, 1]),
        contract_fleet=np.array([0, 1]),
        contract_units=np.array([1_000.0, 2_000.0]),
    )


def lender(name="Bank", **words):
    holdings = words.pop("holdings", [])
    figures = {"capital": "50 m USD", "other_assets": "500 m USD", **words}
    return LenderSpec.model_validate({"name": name, "holdings": holdings, **figures})


def holding(borrower, facility, **size):
    return {"borrower": borrower, "facility": facility, **size}


EVERYTHING = [holding("Alpha", "loan", share="100 %"), holding("Alpha", "notes", share="100 %")]
EVERYTHING += [holding("Beta", "loan", amount="200 m USD")]


def table_of(lenders, spec=None, links=(), findings=None):
    named = {link.name: link for link in links}
    found = [] if findings is None else findings
    everyone = [named.get(name, Links(name, None, ())) for name in BORROWERS]
    return resolve(lenders, spec or ContagionSpec(), everyone, exposed(), found, str)


def test_lenders_stand_in_name_order_and_hold_shares():
    rest = lender("Zeta", is_residual=True)
    table = table_of([rest, lender("Bank", holdings=[holding("Beta", "loan", amount="50 m USD")])])
    held = list(zip(table.holding_lender, table.holding_facility, table.holding_share, strict=True))
    assert held == [(1, 0, 1.0), (1, 1, 1.0), (0, 2, 0.25), (1, 2, 0.75)]
    assert table.assets.tolist() == [550e6, 800e6]


def test_without_lenders_or_channels_nobody_watches():
    table = table_of([])
    assert table.is_watched.tolist() == [0]
    assert table.holding_lender.size == 0
    assert table_of([], ContagionSpec.model_validate({"marks": "50 %"})).is_watched.tolist() == [1]


def test_strengths_reach_their_columns():
    strengths = dict.fromkeys(CHANNELS, "25 %")
    capacity = [{"machine": name, "installed": 10_000, "elasticity": "2x"} for name in ("b200", "h100")]
    table = table_of([], ContagionSpec.model_validate({**strengths, "capacity": capacity}))
    for name in CHANNELS:
        assert (getattr(table, name) == 0.25).all(), name
    assert table.pressure.tolist() == [2e-4, 2e-4]


def test_links_become_positions():
    links = [Links("Beta", "Operator", ("Alpha",))]
    table = table_of([], links=links)
    assert (table.cross_from.tolist(), table.cross_to.tolist()) == ([0], [1])
    assert (table.actor.tolist(), table.acts_as.tolist()) == ([1], [1])


REFUSED = {
    "more than the facility": (
        [lender(holdings=[*EVERYTHING[:2], holding("Beta", "loan", amount="201 m USD")])], "at most its",
    ),
    "too little without a residual holder": ([lender(holdings=EVERYTHING[:2])], "add up"),
    "too much together": (
        [lender(holdings=EVERYTHING), lender("Two", holdings=[holding("Alpha", "loan", share="1 %")])], "add up",
    ),
    "two residual holders": ([lender(is_residual=True), lender("Two", is_residual=True)], "at most one"),
    "unknown borrower": ([lender(is_residual=True, holdings=[holding("Alfa", "loan", share="1 %")])], "Alpha"),
    "unknown facility": ([lender(is_residual=True, holdings=[holding("Alpha", "lone", share="1 %")])], "loan"),
    "no capital": ([lender(capital="0 USD", is_residual=True)], "more than 0"),
    "more capital than assets": ([lender(capital="2 bn USD", is_residual=True)], "no more capital"),
    "twice one name": ([lender(is_residual=True), lender()], "each name once"),
    "a claim on itself": ([lender(is_residual=True, claims=[{"debtor": "Bank", "amount": "1 USD"}])], "another lender"),
    "a claim on nobody": ([lender(is_residual=True, claims=[{"debtor": "Bonk", "amount": "1 USD"}])], "Bank"),
    "more claims than debt": (
        [lender(is_residual=True), lender("Two", claims=[{"debtor": "Bank", "amount": "900 m USD"}])],
        "fit into the debt",
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSED, ids=list(REFUSED))
def test_bad_lenders_are_refused(words):
    lenders, wanted = REFUSED[words]
    findings = []
    assert table_of(lenders, findings=findings) is None
    assert any(wanted in finding.wanted or wanted in finding.fix for finding in findings), findings


@pytest.mark.parametrize(
    ("spec", "links", "wanted"),
    [
        ({"rents": "100 %"}, (), "capacity of every machine"),
        ({"capacity": [{"machine": "h200", "installed": 1, "elasticity": "1x"}]}, (), "h100"),
        ({"capacity": [{"machine": "h100", "installed": 0, "elasticity": "1x"}]}, (), "whole market"),
        ({}, [Links("Alpha", "Nobody", ())], "Operator"),
        ({}, [Links("Alpha", None, ("Gamma",))], "Beta"),
        ({}, [Links("Alpha", None, ("Alpha",))], "another borrower"),
    ],
)
def test_bad_channels_and_links_are_refused(spec, links, wanted):
    findings = []
    assert table_of([], ContagionSpec.model_validate(spec), links, findings) is None
    assert any(wanted in finding.wanted for finding in findings), findings


def test_all_findings_come_at_once():
    findings = []
    bad = lender(
        capital="0 USD", holdings=[holding("Alfa", "loan", share="1 %")], claims=[{"debtor": "Bank", "amount": "1 USD"}]
    )
    table_of([bad], ContagionSpec.model_validate({"rents": "100 %"}), [Links("Alpha", "Nobody", ("Alpha",))], findings)
    assert len(findings) >= 6


def totals(**changes):
    lenders = [("A", "30 m USD", "0 USD"), ("B", "10 m USD", "25 m USD"), ("C", "0 USD", "15 m USD")]
    return [
        lender(name, is_residual=name == "A", lent_to_lenders=lent, borrowed_from_lenders=changes.get(name, owed))
        for name, lent, owed in lenders
    ]


@pytest.mark.parametrize("way", ["maximum_entropy", "minimum_density"])
def test_unknown_claims_are_spread_within_their_totals(way):
    table = table_of(totals(), ContagionSpec.model_validate({"unknown_claims": way}))
    creditor, debtor, amount = table.claim_creditor, table.claim_debtor, table.claim_amount
    assert (creditor != debtor).all()
    np.testing.assert_allclose(np.bincount(creditor, amount, 3), [30e6, 10e6, 0.0], rtol=1e-6, atol=1.0)
    np.testing.assert_allclose(np.bincount(debtor, amount, 3), [0.0, 25e6, 15e6], rtol=1e-6, atol=1.0)


def test_totals_that_do_not_meet_are_refused():
    findings = []
    assert table_of(totals(C="90 m USD"), findings=findings) is None
    assert any("lent_to_lenders" in finding.fix for finding in findings)

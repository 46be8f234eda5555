"""What a good tape becomes."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

import pytest

from halflife.engine.resolve import resolve
from halflife.foundation.document import read_document

DATA = Path(__file__).resolve().parents[3] / "data"
BASE, MAP, TAPE = (
    (DATA / name).read_text(encoding="utf-8") for name in ("book_base.yaml", "book_map.yaml", "book_tape.csv")
)


@pytest.fixture
def book(make):
    return make()


def by_name(things):
    return {thing.name: thing for thing in things}


def test_rows_of_one_borrower_are_its_facilities(book):
    acme = by_name(book.spec.borrowers)["Acme"]
    assert {one.name: one.commitment for one in acme.debt.facilities} == {"A": 20.5e6, "M": 4e6}
    assert [fleet.units for fleet in acme.operations.fleets] == [1000]
    assert acme.debt.facilities[1].kind == "junior"
    assert acme.debt.facilities[1].rate.coupon == 0.125


def test_the_priority_of_payments_names_every_facility_in_the_order_of_its_pattern(book):
    priority = by_name(book.spec.borrowers)["Acme"].debt.priority
    assert [(step.pay, step.facility or step.account) for step in priority] == [
        ("opex", None), ("interest", "A"), ("principal", "A"), ("fill", "dsra"), ("fill", "reserve"),
        ("interest", "M"), ("principal", "M"), ("distribute", None)]  # fmt: skip


def test_steps_and_accounts_of_a_facility_that_a_borrower_has_not_are_left_out(book):
    beta = by_name(book.spec.borrowers)["Beta, Inc"]
    assert {step.facility for step in beta.debt.priority} == {None, "Loan"}
    assert {account.facility for account in beta.debt.accounts} == {"Loan", None}


def test_two_facilities_of_one_kind_get_their_own_steps_and_reserves(make):
    junior, senior = "M,junior,Sol,HGX H100,1000,35000,4,,,0.125", "M,term_loan,Sol,HGX H100,1000,35000,4,,700,"
    acme = by_name(make(TAPE.replace(junior, senior)).spec.borrowers)["Acme"]
    steps = [(step.pay, step.facility or step.account) for step in acme.debt.priority]
    assert steps[1:7] == [("interest", "A"), ("interest", "M"), ("principal", "A"), ("principal", "M"),
                          ("fill", "dsra A"), ("fill", "dsra M")]  # fmt: skip
    assert {(account.name, account.facility) for account in acme.debt.accounts} == {
        ("dsra A", "A"), ("dsra M", "M"), ("reserve", None)}  # fmt: skip


def test_a_covenant_that_would_first_be_tested_after_the_last_maturity_is_left_out(book):
    kept = {one.name: [covenant.name for covenant in one.covenants] for one in book.spec.borrowers}
    assert kept == {"Acme": ["coverage"], "Beta, Inc": ["coverage", "late"]}


def test_what_the_tape_does_not_say_stands_under_assumed_with_the_reason_of_the_map(book):
    assumed = {one.reason for one in read_document(book.text).assumptions}
    assert {"unrated firms", "unrated; middle of the band", "what the lender makes"} <= assumed | {
        "what the lender makes"
    }
    ratings = {party.name: party.rating for party in book.spec.counterparties}
    assert ratings == {"Mega": "AA-", "Sol": "B+", "Startup": "BB"}
    assert '{assumed: BB, reason: "unrated; middle of the band"}' in book.text


def test_new_people_have_the_habits_of_the_base_in_their_role(book):
    sol = by_name(book.spec.counterparties)["Sol"]
    assert (sol.roles, sol.recovery, sol.contagion) == (("sponsor",), 0.30, 3.0)


def test_a_column_may_leave_out_what_a_row_does_not_say(book):
    borrowers = by_name(book.spec.borrowers)
    assert borrowers["Beta, Inc"].sponsor is None
    assert borrowers["Acme"].sponsor == "Sol"
    assert [one.drawn for one in borrowers["Acme"].debt.facilities] == [None, None]
    assert borrowers["Beta, Inc"].debt.facilities[0].drawn == 12e6


def test_lenders_hold_what_the_tape_says_with_capital_by_the_rule_of_the_map(book):
    lenders = by_name(book.spec.lenders)
    held = {(one.borrower, one.facility): one.share for one in lenders["Fund B"].holdings}
    assert held == {("Acme", "A"): 0.4, ("Acme", "M"): 1.0}
    assert lenders["Fund B"].capital == pytest.approx(0.1 * (0.4 * 20.5e6 + 4e6))
    assert lenders["Bank A"].capital == 150e6, "what the base knows of a lender counts for more than a constant"


def test_the_order_of_rows_and_columns_changes_nothing_but_the_digest(make):
    body = make().text.partition("name:")[2]
    header, *rows = TAPE.splitlines()
    random.Random(7).shuffle(rows)
    assert make("\n".join([header, *rows]) + "\n").text.partition("name:")[2] == body
    cells = [
        line.replace("Beta, Inc", "Beta; Inc").replace('"', "").replace("1,000", "1000").split(",")
        for line in TAPE.splitlines()
    ]
    turned = "\n".join(",".join(reversed(row)) for row in cells) + "\n"
    assert make(turned.replace("Beta; Inc", '"Beta, Inc"')).text.partition("name:")[2] == body


def test_one_row_for_each_holding_says_the_same(make):
    rows = [
        "Borrower,Facility,kind,owner,GPU,n,unit_cost,size,drawn,bp,coupon,due,customer,rating,term,l1,s1",
        "Acme,A,,Sol,HGX H100,1000,35000,20.5,,450,,2029-06-30,Mega,AA-,48,Bank A,60",
        "Acme,A,,Sol,HGX H100,1000,35000,20.5,,450,,2029-06-30,Mega,AA-,48,Fund B,40",
        "Acme,M,junior,Sol,HGX H100,1000,35000,4,,,0.125,2029-09-30,Mega,AA-,48,Fund B,100",
        '"Beta, Inc",Loan,term_loan,,B200,500,50000,15,12,500,,2030-03-31,Startup,,60,Bank A,100',
    ]
    longer = (
        MAP.partition("holders:")[0]
        + '  lender: {column: l1}\n  share: {column: s1, unit: "%"}\ntape: {rows: holding}\n'
    )
    assert make("\n".join(rows), longer).spec == make().spec


def test_holdings_in_amounts_and_a_residual_holder(make):
    amounts = MAP.replace('share: {column: s1, unit: "%"}', "held: {column: s1, unit: m USD}").replace(
        'share: {column: s2, unit: "%"}', "held: {column: s2, unit: m USD}")  # fmt: skip
    tape = (
        TAPE.replace("Bank A,60,Fund B,40", "Bank A,12,Fund B,8")
        .replace("Fund B,100", "Fund B,4")
        .replace("Bank A,100", "Bank A,15")
    )
    residual = BASE.replace(
        "other_assets: 2 bn USD}",
        "other_assets: 2 bn USD}\n  - {name: Others, capital: 1 m USD, other_assets: 9 m USD, is_residual: true}",
    )
    lenders = by_name(make(tape, amounts, residual).spec.lenders)
    assert lenders["Fund B"].holdings[0].amount == 8e6
    assert lenders["Others"].is_residual
    assert not lenders["Others"].holdings


def test_figures_can_name_the_rows_they_came_from(make):
    book = make(map_text=MAP + "sources: rows\n")
    sources = {str(one.value): one.text for one in read_document(book.text).sources.values()}
    assert sources["20.5 m USD"] == "tape.csv, row 2"
    assert book.spec == make().spec


def test_several_fleets_of_one_borrower_need_the_column_that_names_them(make):
    tape = (
        TAPE.replace("Borrower,", "Borrower,pool,")
        .replace("Acme,A", "Acme,one,A")
        .replace("Acme,M", "Acme,two,M")
        .replace('Inc",Loan', 'Inc",one,Loan')
    )
    tape = tape.replace("two,M,junior,Sol,HGX H100,1000,35000", "two,M,junior,Sol,B200,64,50000")
    acme = by_name(make(tape, MAP.replace("  units:", "  fleet: {column: pool}\n  units:")).spec.borrowers)["Acme"]
    assert {(one.name, one.machine, one.units) for one in acme.operations.fleets} == {
        ("one", "h100", 1000),
        ("two", "b200", 64),
    }
    assert {(one.name, one.fleet) for one in acme.operations.contracts} == {
        ("contract one", "one"),
        ("contract two", "two"),
    }


def test_dates_in_the_way_of_the_tape(make):
    tape = (
        TAPE.replace("2029-06-30", "30/06/2029").replace("2029-09-30", "30/09/2029").replace("2030-03-31", "31/03/2030")
    )
    book = make(tape, MAP.replace("{column: due}", '{column: due, dates: "%d/%m/%Y"}'))
    assert book.spec == make().spec
    assert by_name(book.spec.borrowers)["Beta, Inc"].debt.facilities[0].maturity == datetime.date(2030, 3, 31)


def test_a_guarantee_is_given_by_the_sponsor_of_each_borrower(make):
    base = BASE.replace(
        "    sponsor: Owner\n",
        "    sponsor: Owner\n    guarantee: {kind: full, guarantor: Owner, liquidity: 5 m USD}\n",
    )
    tape = TAPE.replace("term_loan,,B200", "term_loan,Luna,B200")
    guarantors = {one.name: one.guarantee.guarantor for one in make(tape, base=base).spec.borrowers}
    assert guarantors == {"Acme": "Sol", "Beta, Inc": "Luna"}


def test_the_engine_resolves_the_book(book):
    document = read_document(book.text)
    deal = resolve(book.spec, document)
    assert deal.names.borrowers == ("Acme", "Beta, Inc")
    assert deal.names.lenders == ("Bank A", "Fund B")
    assert deal.plan.waterfall.commitment.sum() == pytest.approx(book.committed)

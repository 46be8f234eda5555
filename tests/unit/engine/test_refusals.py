"""What a term sheet may not say: each case changes one thing in a good deal."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from halflife.engine.resolve import resolve
from halflife.engine.system import SystemSpec
from halflife.foundation.document import read_document
from halflife.foundation.errors import SpecError
from halflife.foundation.spec import validate_tree

DATA = Path(__file__).resolve().parents[2] / "data"
TREES = {name: read_document(DATA / name).tree() for name in ("term_loan.yaml", "full_ddtl.yaml")}
DELETE = object()


def changed(name: str, changes: dict[str, Any]) -> SystemSpec:
    tree = copy.deepcopy(TREES[name])
    for path, value in changes.items():
        *way, last = [int(key) if key.isdigit() else key for key in path.split("/")]
        node: Any = tree
        for key in way:
            node = node[key]
        if value is DELETE:
            del node[last]
        else:
            node[last] = value
    return SystemSpec.model_validate(tree)


def findings_of(name: str, changes: dict[str, Any]) -> list[Any]:
    with pytest.raises(SpecError) as refused:
        resolve(changed(name, changes))
    return refused.value.findings


B, E = "borrowers/0", "economy"
OPS, DEBT = f"{B}/operations", f"{B}/debt"
CASES = {
    "unknown machine": (
        "full_ddtl.yaml", {f"{OPS}/fleets/0/machine": "gb30"}, "fleets[new].machine", "gb300"),
    "unknown fleet": (
        "term_loan.yaml", {f"{OPS}/contracts/0/fleet": "mian"}, "contracts[lease].fleet", "main"),
    "unknown offtaker": (
        "term_loan.yaml", {f"{OPS}/contracts/0/offtaker": "Acme"}, "contracts[lease].offtaker", "Acme AI"),
    "offtaker without the role": (
        "full_ddtl.yaml", {f"{OPS}/contracts/0/offtaker": "Operator"}, "contracts[anchor].offtaker", "role"),
    "unknown operator": (
        "full_ddtl.yaml", {f"{OPS}/operator": "Operater"}, "operations.operator", "Operator"),
    "unknown sponsor": ("full_ddtl.yaml", {f"{B}/sponsor": "Operater"}, "borrowers[SPV].sponsor", "Operator"),
    "sponsor without the role": (
        "full_ddtl.yaml", {f"{B}/sponsor": "Megacorp"}, "borrowers[SPV].sponsor", "role"),
    "unknown guarantor": (
        "full_ddtl.yaml", {f"{B}/guarantee/guarantor": "Operater"}, "guarantee.guarantor", "Operator"),
    "trap on no sponsor": (
        "term_loan.yaml", {f"{B}/default/traps_on_sponsor_default": True},
        "traps_on_sponsor_default", "sponsor"),
    "contract larger than the fleet": (
        "term_loan.yaml", {f"{OPS}/contracts/0/units": 3000}, "contracts[lease].units", "2,304"),
    "contracts together larger than the fleet": (
        "full_ddtl.yaml", {f"{OPS}/contracts/1/units": 5000}, "contracts[reserved].units", "20,000"),
    "two contracts for the rest": (
        "full_ddtl.yaml", {f"{OPS}/contracts/0/units": DELETE, f"{OPS}/contracts/1/units": DELETE},
        "contracts[reserved]", "units"),
    "empty fleet": ("term_loan.yaml", {f"{OPS}/fleets/0/units": 0}, "fleets[main].units", "at least 1"),
    "no book life": ("term_loan.yaml", {f"{OPS}/fleets/0/book_life": "0 months"}, "book_life", "at least 1"),
    "age and delivery": ("full_ddtl.yaml", {f"{OPS}/fleets/0/age": "3 months"}, "fleets[new].age", "delete"),
    "no term": ("term_loan.yaml", {f"{OPS}/contracts/0/term": "0 months"}, "contracts[lease].term", "term"),
    "PUE below one": ("term_loan.yaml", {f"{OPS}/opex/pue": 0.9}, "opex.pue", "1 or more"),
    "DSCR of a spot contract": (
        "full_ddtl.yaml", {f"{OPS}/contracts/2/price": {"dscr": "1.40x"}},
        "contracts[tail].price", "market rent"),
    "two DSCRs": (
        "full_ddtl.yaml", {f"{OPS}/contracts/1/price": {"dscr": "1.50x"}}, "price.dscr", "one DSCR"),
    "all prepaid": (
        "full_ddtl.yaml", {f"{OPS}/contracts/0/prepayment": "100 %"}, "contracts[anchor].price", "100 %"),
    "no renegotiated price": (
        "full_ddtl.yaml", {f"{OPS}/contracts/1/renegotiation/to": "0 %"}, "renegotiation.to", "above zero"),
    "contract that ends before the debt is served": (
        "full_ddtl.yaml", {f"{OPS}/contracts/0/term": "1 month"}, "debt.facilities", "positive price"),
    "maturity before valuation": (
        "term_loan.yaml", {f"{DEBT}/facilities/0/maturity": "2026-01-31"},
        "facilities[loan].maturity", "after"),
    "first payment after maturity": (
        "term_loan.yaml", {f"{DEBT}/facilities/0/first_payment": "2030-01-31"}, "first_payment", "maturity"),
    "too long": ("term_loan.yaml", {f"{DEBT}/facilities/0/maturity": "2099-03-31"}, "loan].maturity", "600"),
    "drawn above commitment": (
        "term_loan.yaml", {f"{DEBT}/facilities/0/drawn": "96 m USD"}, "facilities[loan].drawn", "95,000,000"),
    "too many custom shares": (
        "full_ddtl.yaml", {f"{DEBT}/facilities/3/amortisation/shares": ["1 %"] * 40},
        "facilities[mezzanine].amortisation.shares", "at most 16"),
    "level principal while draws go on": (
        "full_ddtl.yaml", {f"{DEBT}/facilities/0/first_payment": "2026-09-30"},
        "ddtl].first_payment", "2027"),
    "lease with another balloon": (
        "full_ddtl.yaml", {f"{DEBT}/facilities/2/amortisation": {"kind": "level", "balloon": "10 %"}},
        "facilities[lease].amortisation.balloon", "residual"),
    "no interest step": (
        "term_loan.yaml", {f"{DEBT}/priority/1": {"pay": "trap"}}, "debt.priority", "interest"),
    "no opex step": ("term_loan.yaml", {f"{DEBT}/priority/0": {"pay": "trap"}}, "debt.priority", "opex"),
    "no fees step": ("full_ddtl.yaml", {f"{DEBT}/priority/1": {"pay": "trap"}}, "debt.priority", "fees"),
    "no cure step": ("full_ddtl.yaml", {f"{DEBT}/priority/10": {"pay": "trap"}}, "priority", "cure_advance"),
    "cure without a test": (
        "term_loan.yaml", {f"{DEBT}/priority/3": {"pay": "cure_advance"}},
        "facilities[loan]", "maintenance_advance"),
    "step for an unknown account": (
        "full_ddtl.yaml", {f"{DEBT}/priority/8/account": "dsr"}, "priority[8]", "dsra"),
    "step for an unknown facility": (
        "full_ddtl.yaml", {f"{DEBT}/priority/2/facility": "dtl"}, "priority[2]", "ddtl"),
    "interest of nobody": (
        "full_ddtl.yaml", {f"{DEBT}/priority/2/facility": DELETE}, "priority[2]", "facility"),
    "facility on opex": ("term_loan.yaml", {f"{DEBT}/priority/0/facility": "loan"}, "priority[0]", "delete"),
    "share on opex": ("term_loan.yaml", {f"{DEBT}/priority/0/share": "50 %"}, "priority[0]", "sweep"),
    "reserve of an unknown facility": (
        "full_ddtl.yaml", {f"{DEBT}/accounts/0/facility": "dtl"}, "accounts[dsra].facility", "ddtl"),
    "reserve of no facility": (
        "full_ddtl.yaml", {f"{DEBT}/accounts/0/facility": DELETE}, "accounts[dsra]", "facility"),
    "sources above uses": (
        "full_ddtl.yaml", {f"{DEBT}/facilities/0/commitment": "1_100 m USD"},
        "ddtl].commitment", "USD 960.00 m"),
    "uses above sources": (
        "full_ddtl.yaml", {f"{DEBT}/facilities/0/commitment": "800 m USD"},
        "ddtl].commitment", "USD 960.00 m"),
    "look-back of two years": (
        "term_loan.yaml", {f"{B}/covenants/0/look_back": "24 months"}, "covenants[coverage].look_back", "12"),
    "look-back of nothing": (
        "term_loan.yaml", {f"{B}/covenants/0/look_back": "0 months"}, "covenants[coverage].look_back", "12"),
    "never tested": ("term_loan.yaml", {f"{B}/covenants/0/every": "0 months"}, "coverage].every", "1 month"),
    "first test after maturity": (
        "term_loan.yaml", {f"{B}/covenants/0/first_test": "2029-04-30"},
        "coverage].first_test", "2029-03-31"),
    "ratio test without threshold": (
        "term_loan.yaml", {f"{B}/covenants/0/threshold": DELETE}, "covenants[coverage]", "threshold"),
    "liquidity without amount": (
        "full_ddtl.yaml", {f"{B}/covenants/2/amount": DELETE}, "covenants[cash]", "amount"),
    "sweep without a step": (
        "term_loan.yaml", {f"{B}/covenants/0/consequence": "sweep"}, "coverage].consequence", "sweep"),
    "stop of no draws": (
        "term_loan.yaml", {f"{B}/covenants/0/consequence": "stop_draws"}, "coverage].consequence", "draws"),
    "no resale market": ("full_ddtl.yaml", {f"{E}/resale/1": DELETE}, "economy.resale", "b200"),
    "resale of an unknown machine": (
        "full_ddtl.yaml", {f"{E}/resale/1/machine": "b20"}, "resale[1].machine", "b200"),
    "no depth": ("term_loan.yaml", {f"{E}/resale/0/depth": 0}, "resale[0].depth", "at least 1"),
    "no machine value": ("full_ddtl.yaml", {f"{E}/collateral/1": DELETE}, "economy.collateral", "b200"),
    "workout shorter than seizure": (
        "term_loan.yaml", {f"{B}/enforcement/workout": "3 months"}, "enforcement.workout", "longer"),
    "step-in months of a sale": (
        "term_loan.yaml", {f"{B}/enforcement/step_in_months": "6 months"}, "step_in_months", "step_in"),
    "two fleets of one name": ("full_ddtl.yaml", {f"{OPS}/fleets/1/name": "new"}, "fleets[1].name", "once"),
    "two facilities of one name": (
        "full_ddtl.yaml", {f"{DEBT}/facilities/2/name": "abl"}, "facilities[2].name", "once"),
    "two covenants of one name": (
        "full_ddtl.yaml", {f"{B}/covenants/1/name": "lock-up"}, "covenants[1].name", "once"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_is_refused(case):
    name, changes, where, says = CASES[case]
    findings = findings_of(name, changes)
    hit = [finding for finding in findings if where in finding.where]
    assert hit, "\n".join(map(str, findings))
    assert any(says in f"{finding.found} {finding.wanted} {finding.fix}" for finding in hit), "\n".join(map(str, hit))
    assert all(finding.found and finding.wanted and finding.fix for finding in findings)


def test_sculpting_needs_cash():
    changes = {
        f"{DEBT}/facilities/0/amortisation": {"kind": "sculpted"},
        f"{OPS}/contracts/0/term": "20 months",
    }
    (finding,) = findings_of("term_loan.yaml", changes)
    assert "sculpting on negative CFADS" in finding.found


def test_everything_wrong_is_said_at_once():
    changes = {
        f"{OPS}/fleets/0/machine": "h100",
        f"{OPS}/contracts/0/offtaker": "Nobody",
        f"{DEBT}/priority/1": {"pay": "trap"},
        f"{B}/covenants/0/look_back": "24 months",
        f"{E}/resale/0/depth": 0,
        f"{B}/enforcement/workout": "3 months",
    }
    assert len(findings_of("term_loan.yaml", changes)) == 6


def test_findings_name_the_line_of_the_file():
    text = (DATA / "term_loan.yaml").read_text().replace("fleet: main", "fleet: mian")
    document = read_document(text)
    line = 1 + text[: text.index("fleet: mian")].count("\n")
    with pytest.raises(SpecError) as refused:
        resolve(validate_tree(SystemSpec, document.tree(), document), document)
    (finding,) = refused.value.findings
    assert f":{line} borrowers[SPV].operations.contracts[lease].fleet" in finding.where
    assert "did you mean 'main'" in finding.fix

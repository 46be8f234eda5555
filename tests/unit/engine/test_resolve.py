"""The term sheet becomes arrays: order, inferred prices, reuse, and the base case."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from halflife.engine.resolve import Deal, resolve
from halflife.engine.show import show
from halflife.engine.system import SystemSpec
from halflife.foundation.document import Document, read_document
from halflife.foundation.spec import validate_tree

DATA = Path(__file__).resolve().parents[2] / "data"


def read(name: str) -> tuple[SystemSpec, Document]:
    document = read_document(DATA / name)
    return validate_tree(SystemSpec, document.tree(), document), document


@pytest.fixture(scope="module")
def simple() -> Deal:
    return resolve(*read("term_loan.yaml"))


@pytest.fixture(scope="module")
def full() -> Deal:
    return resolve(*read("full_ddtl.yaml"))


def reversed_lists(node: object, key: str = "") -> object:
    """The same tree with every list of named things turned round, the priority of payments apart."""
    if isinstance(node, dict):
        return {name: reversed_lists(child, name) for name, child in node.items()}
    if isinstance(node, list):
        children = [reversed_lists(child) for child in node]
        is_named = children and isinstance(children[0], dict) and "pay" not in children[0]
        return children[::-1] if is_named else children
    return node


@pytest.mark.parametrize("name", ["term_loan.yaml", "full_ddtl.yaml"])
def test_the_order_of_the_file_changes_nothing(name):
    document = read_document(DATA / name)
    deal = resolve(validate_tree(SystemSpec, document.tree(), document))
    turned = resolve(SystemSpec.model_validate(reversed_lists(document.tree())))
    assert deal.names == turned.names
    for room, table in zip(deal.plan._fields, deal.plan, strict=True):
        for column, array in table._asdict().items():
            other = getattr(getattr(turned.plan, room), column)
            np.testing.assert_array_equal(array, other, err_msg=f"{room}.{column}")


def test_horizon_is_last_maturity_and_workout(simple):
    assert simple.grid.months == 36 + 18
    assert simple.plan.waterfall.maturity.tolist() == [36]
    assert simple.plan.market.rate_curve.shape == (55,)


def test_every_column_is_read_only(full):
    for table in full.plan:
        for column in table:
            assert not column.flags.writeable


def test_inferred_price_gives_the_dscr_asked_for(full):
    ddtl = full.names.facilities.index("ddtl")
    loan = full.base.debt.loans[ddtl]
    first, last = loan.terms.instalments[0], loan.terms.maturity
    months = slice(first, last + 1)
    cover = full.base.cfads[0, months].sum() / full.base.debt.senior_service[0, months].sum()
    assert cover == pytest.approx(1.40, rel=1e-12)


def test_inferred_price_carries_service_credit_and_escalation(full):
    anchor = full.names.contracts.index("anchor")
    price = full.plan.operations.price[anchor]
    assert price[0] == pytest.approx(full.base.price[0] * 0.99, rel=1e-12)
    assert price[12] == pytest.approx(price[0] * 1.01, rel=1e-12)


def test_a_given_price_is_left_alone(simple):
    assert simple.base.price.tolist() == [0.0]
    assert simple.plan.operations.price[0].tolist() == [3.5] * 55


def test_revenue_less_opex_is_cfads(full):
    np.testing.assert_allclose(full.base.revenue - full.base.opex, full.base.cfads, rtol=1e-12, atol=1e-6)


def test_cfads_of_a_leased_machine_by_hand(simple):
    revenue = 2304 * 730 * 3.5
    power = 2304 * 730 * 1.9 * 1.25 * simple.plan.market.power_price[0]
    assert simple.base.cfads[0, 1] == pytest.approx(revenue - power - 2304 * 180, rel=1e-12)


def test_machine_values_are_taken_over_when_nothing_they_depend_on_changes(full):
    spec, document = read("full_ddtl.yaml")
    again = resolve(spec, document, reuse=full)
    assert again.plan.collateral is full.plan.collateral
    economy = spec.economy.model_copy(update={"collateral": spec.economy.collateral[::-1]})
    other = resolve(spec.model_copy(update={"economy": economy}), reuse=full)
    assert other.plan.collateral is not full.plan.collateral


def test_resolving_again_is_quick(simple):
    spec, document = read("term_loan.yaml")
    began = time.perf_counter()
    for _ in range(5):
        resolve(spec, document, reuse=simple)
    assert (time.perf_counter() - began) / 5 < 0.05


def test_names_of_several_borrowers_say_whose_they_are():
    spec, _ = read("term_loan.yaml")
    twin = spec.borrowers[0].model_copy(update={"name": "Another"})
    deal = resolve(spec.model_copy(update={"borrowers": (*spec.borrowers, twin)}))
    assert deal.names.borrowers == ("Another", "SPV")
    assert deal.names.facilities == ("Another: loan", "SPV: loan")
    streams = deal.plan.operations.contract_stream
    assert streams[0] != streams[1]


def test_sources_equal_uses(full):
    rows = show(full)["sources_and_uses"]
    uses = sum(row["usd"] for row in rows if row["side"] == "use")
    sources = sum(row["usd"] for row in rows if row["side"] == "source")
    assert uses == pytest.approx(sources, rel=1e-12)


def test_show_reports_schedule_prices_and_coverage(full):
    tables = show(full)
    assert {row["facility"] for row in tables["schedule"]} == {"ddtl", "lease", "mezzanine"}
    inferred = {row["contract"]: row["inferred_before_credits"] for row in tables["prices"]}
    assert inferred["anchor"] == pytest.approx(full.base.price[0])
    assert inferred["reserved"] is None
    last = [row for row in tables["schedule"] if row["facility"] == "lease"][-1]
    assert last["balloon"] == pytest.approx(0.20 * 60e6)
    assert all(row["advance_on_paper"] is None or row["advance_on_paper"] >= 0.0 for row in tables["coverage"])

"""Sentences of the rooms."""

from __future__ import annotations

from halflife.covenants import explain as covenants
from halflife.default import explain as default
from halflife.default.state import MATURITY
from halflife.liquidation import explain as liquidation
from halflife.operations import explain as operations
from halflife.waterfall import explain as waterfall


def test_operations_say_who_rents_and_what_is_left():
    row = operations.Contract("anchor", "Meta", True, 1000.0, 0.0, 2.5, 1.0)
    assert operations.contract(row) == "Meta rents 1,000 machines under anchor at 2.50 USD/h."
    over = row._replace(in_term=0.0, released=1000.0)
    assert operations.contract(over) == "anchor with Meta has run out; 1,000 machines in the open market."
    month = operations.Business(10e6, 8e6, 10e6, 3e6, 7e6, 0.0, 1, 2.0)
    assert "80.0 % of what was promised" in operations.business(month)
    assert (
        operations.operator(month, "CoreWeave") == "CoreWeave has failed; its successor starts in 2 months."
    )
    assert operations.operator(month._replace(operator=0), "CoreWeave") is None


def test_waterfall_says_every_payment_in_order():
    said = waterfall.payments(
        ("opex", "interest ddtl", "cure advance ddtl", "distribute"), (1e6, 2e6, 0.0, 3e6), 0.0
    )
    assert said == (
        "Paid, in order: USD 1.00 m running cost; USD 2.00 m interest (ddtl); "
        "USD 3.00 m distributed to the sponsor."
    )
    assert (
        waterfall.payments(("opex",), (0.0,), 5e6)
        == "Nothing was paid. USD 5.00 m of what was due stays unpaid."
    )
    assert waterfall.maturity("ddtl", 0.0, 2e6).endswith("a new lender takes out USD 2.00 m.")


def test_covenant_says_verdict_and_what_follows():
    said = covenants.verdict("lock-up", "dscr", 1.05, 1.15, is_breach=True)
    assert said == "lock-up: DSCR 1.05x, at least 1.15x wanted: breached."
    assert (
        covenants.breach("lock-up", 1.0, 2.0, "trap")
        == "lock-up is in breach for 1 month; 1 month left to cure."
    )
    assert (
        covenants.breach("lock-up", 3.0, 2.0, "trap") == "lock-up is in breach for 3 months: cash is trapped."
    )


def test_default_says_its_cause():
    assert "neither paid nor refinanced" in default.event("SPV", MATURITY, 5e6)
    assert default.refinancing(False, 0.7, 0.8, 1.0, 1.2) == (
        "No refinancing: the market is shut and DSCR is 1.00x, below 1.20x."
    )


def test_liquidation_says_what_was_sold():
    assert liquidation.sale("main", 0.0, 1.0, 1.0, 0.0, 10.0) is None
    assert "500 machines of main sold at 60.0 % of USD 20.00 k" in str(
        liquidation.sale("main", 500.0, 0.6, 20e3, 5e6, 100.0)
    )
    assert (
        liquidation.waiting("SPV", 1.0, 3.0, 6.0)
        == "The lenders of SPV are seizing the machines: 2 months to go."
    )

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
    month = operations.Business(10e6, 8e6, 10e6, 3e6, 7e6, 1, 2.0)
    assert operations.business(month) == (
        "Revenue USD 10.00 m, USD 8.00 m under contract (80.0 % of what was promised) and USD 2.00 m from the "
        "open market; running cost USD 3.00 m; CFADS USD 7.00 m."
    )
    assert "all of it under contract" in operations.business(month._replace(contracted=10e6))
    assert "all of it from the open market" in operations.business(month._replace(contracted=0.0, expected=0.0))
    assert operations.business(month._replace(revenue=0.0, contracted=0.0)).startswith(
        "No revenue, where USD 10.00 m was promised"
    )
    assert operations.operator(month, "CoreWeave") == "CoreWeave has failed; its successor starts in 2 months."
    assert operations.operator(month._replace(operator=0), "CoreWeave") is None
    burst = row._replace(name="burst", in_term=0.0, released=10.0)
    assert operations.open_market(burst) == "burst: 10 machines in the open market."


def test_operations_say_what_the_vendor_rents():
    row = operations.Contract("burst", "the market", True, 0.0, 500.0, 2.0, 1.0, rented=1500.0)
    said = "Rackmaker rents 1,500 machines of burst at its backstop of 0.90 USD/h."
    assert operations.backstop(row, "Rackmaker", 0.9) == said
    assert (
        operations.backstop(row._replace(rented=0.0), "Rackmaker", 0.9)
        == "Rackmaker no longer rents machines of burst."
    )
    assert operations.open_market(row._replace(released=0.0)) == "burst: none of its machines in the open market."
    month = operations.Business(10e6, 5e6, 5e6, 3e6, 7e6, 0, 0.0, backed=2e6)
    assert operations.business(month).startswith(
        "Revenue USD 10.00 m: USD 5.00 m under contract, USD 3.00 m from the open market, USD 2.00 m from the vendor's "
        "backstop; running cost"
    )


def test_coverage_of_the_loan_life_is_said_with_what_it_is_made_of():
    said = operations.life(12e6, 10e6)
    assert said == "CFADS still expected is worth USD 12.00 m: loan life coverage 1.20x."
    assert operations.life(-1e6, 10e6).endswith("0.00x.")


def test_waterfall_says_what_goes_back_and_who_pays_the_shortfall():
    end = waterfall.Return(100.0, "old", 5e6, 8e6, 4e6, 3e6, 0.0)
    assert waterfall.lease_end("lease", end, None) == (
        "lease ends: 100 machines of old go back, worth USD 5.00 m, USD 3.00 m below the guarantee; the lessee owes "
        "USD 3.00 m of it; the lessor gains USD 1.00 m on its residual."
    )
    backed = end._replace(settled=9e6, owed=0.0, backed=2e6)
    assert "Rackmaker pays USD 2.00 m of it; the lessor loses USD 2.00 m" in waterfall.lease_end(
        "lease", backed, "Rackmaker"
    )
    rich = end._replace(worth=9e6, settled=8e6)
    assert waterfall.lease_end("lease", rich, None).endswith(
        "not below the guaranteed USD 8.00 m; the lessor gains USD 1.00 m on its residual."
    )


def test_waterfall_says_what_stays_unpaid_and_how_a_loan_ends():
    assert waterfall.shortfall(0.0) is None
    assert waterfall.shortfall(5e6) == "USD 5.00 m of what was due stays unpaid."
    assert str(waterfall.support(2e6)).startswith("The sponsor pays in USD 2.00 m")
    assert waterfall.maturity("ddtl", 0.0, 2e6).endswith("a new lender takes out USD 2.00 m.")


def test_covenant_says_verdict_and_what_follows():
    assert covenants.reported(1.2, 3) == "DSCR over 3 months: 1.20x."
    assert covenants.reported(99.0, 3) is None
    said = covenants.verdict("lock-up", "dscr", 1.05, 1.15, is_breach=True)
    assert said == "lock-up: DSCR 1.05x, at least 1.15x wanted: breached."
    assert covenants.breach("lock-up", 1.0, 2.0, "trap") == "lock-up is in breach for 1 month; 1 month left to cure."
    assert covenants.breach("lock-up", 3.0, 2.0, "trap") == "lock-up is in breach for 3 months: cash is trapped."


def test_a_trap_is_told_with_its_reasons():
    assert default.trap(True, ("a covenant is in breach", "a customer has failed")) == (
        "Cash is trapped: a covenant is in breach and a customer has failed."
    )
    assert default.trap(False, ()) == "The cash trap ends; what it held is free."


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
    assert liquidation.waiting("SPV", 1.0, 3.0, 6.0) == "The lenders of SPV are seizing the machines: 2 months to go."


def test_an_outcome_says_claim_recovery_and_loss():
    assert liquidation.outcome("ddtl", 0.0, 0.0) == "ddtl: the lenders are paid in full."
    assert liquidation.outcome("ddtl", 10e6, 4e6) == (
        "ddtl: exposure at default USD 10.00 m, recovered USD 4.00 m (40.0 %), loss USD 6.00 m."
    )
    assert liquidation.outcome("ddtl", 10e6, 10.2e6).endswith("(102.0 %): nothing is lost.")

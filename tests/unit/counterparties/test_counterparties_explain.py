from __future__ import annotations

from halflife.counterparties import explain


def test_failures_and_standing_are_told():
    assert explain.failure("Meta", ("offtaker",), 0.4) == (
        "Meta (offtaker) defaults; unsecured claims on it recover 40.0 %."
    )
    assert explain.standing("Meta", 0.2, 0.8) == "Meta is alive, 25.0 % of the way to default on this path."
    assert "1.5 times what it was" in explain.stressed("Sponsor", "SPV", 1.5)


def test_a_runway_is_told_in_months():
    assert explain.runway("Lab", 2e9, 1e8, False) == (
        "Lab holds USD 2.00 bn, 20 months of burn; the funding market is shut."
    )
    assert explain.runway("Lab", -1.0, 1e8, True) == "Lab has run out of cash."
    assert explain.round_raised("Lab", 1e9, 2.4e9) == "Lab raises USD 1.40 bn."


def test_a_guarantee_is_told_with_what_is_left():
    assert explain.guarantee("Sponsor", 3e8, 0.0) == (
        "Sponsor is called under its guarantee and pays USD 300.00 m; nothing is left behind it."
    )
    assert explain.released("Sponsor", True) == "The guarantee of Sponsor ends on its date."

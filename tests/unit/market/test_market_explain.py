from __future__ import annotations

import math

from halflife.market import explain


def test_a_month_reads_as_a_sentence():
    rents = (explain.rent("GB300", 3.12, 3.39),)
    story = explain.month(rents, True, math.log(0.03), math.log(0.08))
    assert story == (
        "GB300 rents for 3.12 USD/h (posted), 8% below trend; compute is short; "
        "refinancing market open (spread 300 bp, shuts above 800 bp)."
    )


def test_a_shut_market_a_rent_on_trend_and_prices_are_said():
    assert "shut (spread 900 bp, above 800 bp)" in explain.refinancing(math.log(0.09), math.log(0.08))
    assert explain.rent("A", 2.0, 2.0).endswith("on trend")
    assert explain.rent("A", 3.0, 2.0).endswith("50% above trend")
    assert explain.regime(False) == "compute is in glut"
    assert explain.rates_and_power(0.0435, 0.08) == "SOFR 4.35%; power 0.0800 USD/kWh"


def test_a_successor_is_told_in_its_months_only():
    assert explain.successor("Rubin", 4, 3.4, 9.0, 0.1) == "Rubin is announced"
    assert "becomes available; the rent will fall by 10%" in explain.successor("Rubin", 9, 3.4, 9.0, 0.1)
    assert explain.successor("Rubin", 5, 3.4, 9.0, 0.1) is None

"""Loan life coverage by path and the lessor's residual, as measures of a record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from halflife.metrics import NotApplicable, curve, measure


@pytest.mark.parametrize(("name", "label"), [("lowest_llcr", "50 %"), ("lowest_llcr_p05", "5 %")])
def test_the_lowest_llcr_is_the_lowest_point_of_the_fan(made_up, name, label):
    fan = next(line for line in curve(made_up, "llcr_fan") if line.label == label)
    found = measure(made_up, name)
    assert found.value == min(fan.value)
    assert found.standard_error == fan.standard_error[fan.value.index(min(fan.value))]
    assert made_up.dates[int(fan.at[fan.value.index(min(fan.value))])].isoformat() in found.note


def test_the_residual_result_is_what_the_lessor_got_beyond_what_it_settled(made_up):
    assert isinstance(measure(made_up, "residual_result", entity="ddtl"), NotApplicable)
    sums = made_up.summary.sums.copy()
    for quantity, usd in (("returned", 30e6), ("settled", 50e6), ("backed", 8e6)):
        sums[made_up.series[quantity, "ddtl"], 40] = usd * made_up.summary.weight
    leased = replace(made_up, summary=replace(made_up.summary, sums=sums))
    assert measure(leased, "residual_result", entity="ddtl").value == pytest.approx(-12e6 / 800e6, rel=1e-12)

"""Reading a term sheet and drawing from its assumed ranges."""

from pathlib import Path

import numpy as np
import pytest

from halflife.foundation.errors import SpecError
from halflife.study.termsheet import latin_hypercube, load

LOAN = Path(__file__).parents[2] / "data" / "term_loan.yaml"


def test_both_ends_of_a_range_are_checked_when_it_is_read():
    text = LOAN.read_text(encoding="utf-8")
    assert "recovery: 40 %" in text
    with pytest.raises(SpecError) as refused:
        load(text.replace("recovery: 40 %", "recovery: {assumed: {low: 40 %, high: 140 %}, reason: test}", 1))
    (finding,) = refused.value.findings
    assert "recovery" in finding.where


def test_a_range_gives_as_many_deals_as_draws_and_the_same_for_the_same_seed():
    text = LOAN.read_text(encoding="utf-8")
    sheet = load(text.replace("recovery: 40 %", "recovery: {assumed: {low: 20 %, high: 60 %}, reason: test}", 1))
    recoveries = [[deal.plan.counterparties.recovery.max() for deal in sheet.deals(4, seed)] for seed in (7, 7, 8)]
    assert recoveries[0] == recoveries[1] != recoveries[2]
    assert sorted(recoveries[0]) == pytest.approx([0.25, 0.35, 0.45, 0.55])


def test_every_range_has_one_draw_in_each_part():
    drawn = latin_hypercube(8, 3, seed=1)
    np.testing.assert_array_equal(np.sort(np.floor(drawn * 8), axis=0), np.arange(8)[:, None] * np.ones(3))

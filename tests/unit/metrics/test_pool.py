"""Waterfalls on a pool that can be followed by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from halflife.foundation.errors import SpecError
from halflife.metrics.pool import Note, PoolCash, Structure, share_out, standings
from halflife.metrics.sample import Sample

A, B = Note("A", 60.0, 0.05), Note("B", 30.0, 0.10)
YEARLY = Structure((A, B), period=1.0)


def one_path(interest: list[float], principal: list[float], loss: list[float]) -> PoolCash:
    return PoolCash(100.0, *(np.array([row], dtype=float) for row in (interest, principal, loss)))


def rows(found, what: str) -> dict[str, list[float]]:
    return {one.name: getattr(one, what)[0].tolist() for one in (*found.notes, found.owners)}


WHOLE = one_path([10.0, 5.0], [50.0, 50.0], [0.0, 0.0])
BAD = one_path([8.0, 2.0], [40.0, 40.0], [10.0, 10.0])


def test_sequential_principal_repays_the_senior_note_first():
    found = share_out(YEARLY, WHOLE)
    assert rows(found, "principal") == {"A": [50.0, 10.0], "B": [0.0, 30.0], "owners": [0.0, 10.0]}
    assert rows(found, "interest") == {"A": [3.0, 0.5], "B": [3.0, 3.0], "owners": [4.0, 1.5]}


def test_pro_rata_principal_goes_by_what_each_has_left():
    found = share_out(replace(YEARLY, mode="pro_rata"), WHOLE)
    assert rows(found, "principal")["A"] == [30.0, 30.0]
    assert rows(found, "principal")["owners"] == pytest.approx([5.0, 5.0])


def test_a_turbo_repays_notes_from_interest_left():
    found = share_out(replace(YEARLY, mode="turbo"), WHOLE)
    assert rows(found, "principal")["A"] == [54.0, 6.0]
    assert rows(found, "interest")["owners"] == pytest.approx([0.0, 0.0])
    assert found.support[0] == pytest.approx(4.0 + 5.0 - 0.3 - 3.0)
    assert found.owners.loss[0] == pytest.approx(-found.support[0])


def test_losses_come_out_of_the_owners_then_the_junior_note():
    found = share_out(YEARLY, BAD)
    assert found.notes[0].loss[0] == 0.0
    assert found.notes[1].loss[0] == pytest.approx(30.0 - 20.0 + 0.0)
    assert found.owners.loss[0] == pytest.approx(10.0)
    assert found.notes[1].shortfall[0] == pytest.approx(2.0)
    assert rows(found, "interest")["A"] == [3.0, 1.0]


def test_a_failed_oc_test_diverts_what_cures_it():
    strict = replace(YEARLY, notes=(A, replace(B, oc_trigger=1.05)))
    found = share_out(strict, one_path([10.0, 5.0], [46.0, 46.0], [8.0, 0.0]))
    cure = 90.0 - 92.0 / 1.05
    assert found.tripped[0, 0] == 1.0
    assert found.notes[0].principal[0, 0] == pytest.approx(46.0 + cure)
    assert found.owners.interest[0, 0] == pytest.approx(4.0 - cure)
    assert (share_out(YEARLY, BAD).tripped == 0.0).all()


def test_a_failed_ic_test_diverts_all_interest_left():
    strict = replace(YEARLY, notes=(replace(A, ic_trigger=4.0), B))
    found = share_out(strict, WHOLE)
    assert found.notes[0].principal[0, 0] == pytest.approx(50.0 + 7.0)
    assert found.notes[1].interest[0, 0] == 0.0
    assert found.notes[1].deferred[0] == 1.0


def test_a_tripped_trigger_makes_pro_rata_sequential():
    strict = replace(YEARLY, notes=(replace(A, oc_trigger=3.0), B), mode="pro_rata")
    found = share_out(strict, WHOLE)
    assert found.notes[1].principal[0, 0] == 0.0


def test_the_reserve_pays_interest_and_is_refilled():
    poor = one_path([1.0, 20.0, 0.0], [0.0, 0.0, 100.0], [0.0, 0.0, 0.0])
    found = share_out(replace(YEARLY, reserve=4.0), poor)
    assert found.reserve[0].tolist() == pytest.approx([0.0, 4.0, 0.0])
    assert found.notes[0].interest[0].tolist() == pytest.approx([3.0, 3.0, 3.0])
    assert found.notes[1].interest[0, 0] == pytest.approx(2.0)
    assert found.notes[1].interest[0, 1] == pytest.approx(3.0 + 1.1)


def test_interest_that_is_late_bears_the_coupon_and_goes_before_the_owners():
    late = one_path([3.0, 0.0], [0.0, 100.0], [0.0, 0.0])
    found = share_out(YEARLY, late)
    assert found.notes[1].interest[0].tolist() == pytest.approx([0.0, 3.0 + 3.0 * 1.1])
    assert found.owners.principal[0, 1] == pytest.approx(100.0 - 90.0 - 3.0 - 6.3)
    assert found.drained[0] == pytest.approx(9.3)


def test_fees_come_first_and_principal_pays_senior_interest():
    none = one_path([0.0, 0.0], [50.0, 50.0], [0.0, 0.0])
    found = share_out(replace(YEARLY, fee=0.01), none)
    assert found.fees[0].tolist() == pytest.approx([1.0, 0.5])
    assert found.notes[0].interest[0, 0] == pytest.approx(3.0)
    assert found.notes[0].principal[0, 0] == pytest.approx(46.0)


def test_expectations_are_weighted_means_over_the_balance():
    cash = PoolCash(100.0, *(np.vstack([getattr(one, name) for one in (WHOLE, BAD)])
                             for name in ("interest", "principal", "loss")))  # fmt: skip
    senior, junior, owners = standings(share_out(YEARLY, cash), Sample(np.array([3.0, 1.0])))
    assert senior.el.value == 0.0
    assert senior.wal.value == pytest.approx((3 * (50 + 2 * 10) + (40 + 2 * 20)) / (4 * 60))
    assert junior.el.value == pytest.approx(0.25 * 10 / 30)
    assert junior.loss_probability.value == pytest.approx(0.25)
    assert junior.late_probability.value == pytest.approx(0.25)
    assert junior.shortfall.value == pytest.approx(0.25 * 2 / 30)
    assert owners.el.value == pytest.approx(0.25 * 10 / 10)
    assert junior.el.error > 0.0


def test_without_owners_they_have_no_expected_loss():
    whole = Structure((Note("A", 100.0, 0.0),), period=1.0)
    owners = standings(share_out(whole, WHOLE), Sample(np.ones(1)))[-1]
    assert owners.el is None
    assert owners.wal is None


def test_bad_input_is_refused_with_all_findings():
    with pytest.raises(SpecError) as caught:
        Structure((replace(A, balance=-1.0), replace(A, coupon=-0.1)), reserve=-1.0)
    assert len(caught.value.findings) == 4
    with pytest.raises(SpecError, match="neither repaid nor lost"):
        one_path([1.0], [50.0], [0.0])
    with pytest.raises(SpecError, match="negative or missing"):
        one_path([-1.0], [100.0], [0.0])
    with pytest.raises(SpecError, match="at most the pool's"):
        share_out(replace(YEARLY, notes=(replace(A, balance=120.0),)), WHOLE)

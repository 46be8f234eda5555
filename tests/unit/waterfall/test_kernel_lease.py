"""The end of a lease: what the machines settle, what stays owed, what the lessor gains or loses."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from halflife.foundation.backend import twin
from halflife.waterfall import state as debt
from halflife.waterfall.kernel import end_lease
from halflife.waterfall.state import WaterfallState

DRAWN, RENT, RESIDUAL, GUARANTEED, CAP = 100e6, 5e6, 30e6, 20e6, 6e6


def ended(worth, *, by_lessee=True, defaulted=0.0, alive=1.0, arrears=0.0, guaranteed=0.2):
    """The facility after its lease ended with machines of this worth."""
    table = SimpleNamespace(
        residual_party=np.array([-1 if by_lessee else 0]), instalment=np.array([[0.0, RENT / DRAWN]]),
        residual=np.array([RESIDUAL / DRAWN]), guaranteed=np.array([guaranteed]), residual_cap=np.array([CAP]),
    )  # fmt: skip
    facilities = np.zeros((1, debt.FACILITY_FIELDS, 1))
    facilities[0, debt.BALANCE], facilities[0, debt.DRAWN] = RESIDUAL + RENT + arrears, DRAWN
    facilities[0, debt.ARREARS] = arrears
    state = WaterfallState(facilities, None, None, None)
    lanes = (np.array([worth]), np.array([defaulted]), np.array([alive]))
    twin(end_lease)(table, state, 0, *lanes, 0.4, 1)
    return facilities[0, :, 0]


def test_machines_worth_the_guarantee_settle_the_whole_residual():
    found = ended(25e6)
    assert found[debt.BALANCE] == pytest.approx(RENT)
    assert found[debt.SETTLED] == RESIDUAL
    assert found[debt.RETURNED] - found[debt.SETTLED] == -5e6  # the unguaranteed part is the lessor's loss


def test_a_surplus_is_the_lessors():
    found = ended(50e6)
    assert found[debt.BALANCE] == pytest.approx(RENT)
    assert found[debt.RETURNED] + found[debt.BACKED] - found[debt.SETTLED] == 20e6


def test_the_lessee_owes_what_the_machines_lack_of_the_guarantee():
    found = ended(12e6)
    assert found[debt.BALANCE] == pytest.approx(RENT + 8e6)
    assert found[debt.RETURNED] + 8e6 == GUARANTEED
    assert found[debt.BACKED] == 0.0


@pytest.mark.parametrize(("worth", "alive", "paid"), [(16e6, 1.0, 4e6), (1e6, 1.0, CAP), (16e6, 0.0, 1.6e6)])
def test_a_named_guarantor_pays_to_its_cap_and_by_its_recovery_once_failed(worth, alive, paid):
    found = ended(worth, by_lessee=False, alive=alive)
    assert found[debt.BACKED] == pytest.approx(paid)
    assert found[debt.BALANCE] == pytest.approx(RENT)
    assert found[debt.SETTLED] == RESIDUAL


def test_arrears_of_rent_stay_owed_whatever_the_machines_are_worth():
    assert ended(90e6, arrears=3e6)[debt.BALANCE] == pytest.approx(RENT + 3e6)


def test_after_acceleration_nothing_goes_back():
    found = ended(25e6, defaulted=1.0)
    assert found[debt.BALANCE] == RESIDUAL + RENT
    assert found[debt.SETTLED] == found[debt.RETURNED] == found[debt.BACKED] == 0.0


def test_a_full_guarantee_leaves_the_lessor_whole():
    for worth in (0.0, 10e6, 29e6):
        found = ended(worth, guaranteed=RESIDUAL / DRAWN)
        assert found[debt.RETURNED] + (found[debt.BALANCE] - RENT) == pytest.approx(RESIDUAL)

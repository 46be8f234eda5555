"""Venture-funded firms, guarantees and contagion, one month at a time."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from halflife.counterparties import state as party
from halflife.counterparties.kernel import infect, step_rated, step_venture
from halflife.counterparties.state import PartiesState
from halflife.foundation.backend import twin


def people(**fields):
    parties, guarantees = np.zeros((1, party.PARTY_FIELDS, 1)), np.zeros((1, party.GUARANTEE_FIELDS, 1))
    parties[0, [party.ALIVE, party.STRESS]] = 1.0
    for field, value in fields.items():
        parties[0, getattr(party, field.upper())] = value
    return PartiesState(parties, guarantees, np.ones((1, 1, 1)))


def firm(burn=10.0):
    one = {"raise_below": 12.0, "raise_to": 24.0, "base": 0.001, "distress": 0.1}
    return SimpleNamespace(burn=np.full((1, 5), burn), **{name: np.array([value]) for name, value in one.items()})


def live(state, is_open, months=1, burn=10.0):
    for t in range(1, months + 1):
        twin(step_venture)(firm(burn), state, 0, np.array([is_open]), min(t, 4))
    return state.parties[0, :, 0]


def test_a_comfortable_firm_burns_cash_and_hardly_fails():
    row = live(people(cash=200.0), 1.0)
    assert row[party.CASH] == 190.0
    assert row[party.HAZARD] == pytest.approx(0.001)


def test_a_round_is_raised_when_the_runway_is_short_and_the_market_open():
    row = live(people(cash=125.0), 1.0)
    assert row[party.CASH] == 240.0
    assert row[party.HAZARD] == pytest.approx(0.001)


def test_no_round_while_the_market_is_shut_and_distress_grows():
    row = live(people(cash=70.0), 0.0)
    assert row[party.CASH] == 60.0
    assert row[party.HAZARD] == pytest.approx(0.001 + 0.1 * 0.5)


def test_out_of_cash_is_certain_default():
    assert live(people(cash=5.0), 0.0)[party.HAZARD] > 1e5
    assert live(people(cash=25.0), 0.0, months=3)[party.HAZARD] > 1e5


def test_a_dead_firm_raises_nothing():
    assert live(people(cash=50.0, alive=0.0), 1.0)[party.CASH] == 40.0


def test_hazard_is_tilted_by_the_cycle_and_multiplied_by_stress():
    state = people(stress=3.0)
    table = SimpleNamespace(hazard=np.full((1, 5), 0.01), tilt=np.array([0.5]))
    twin(step_rated)(table, state, 0, np.array([-2.0]), 1)
    assert state.parties[0, party.HAZARD, 0] == pytest.approx(0.01 * 3.0 * np.exp(1.0), rel=1e-12)


@pytest.mark.parametrize(("sponsor", "is_new", "stress"), [(0, 1.0, 4.0), (0, 0.0, 1.0), (-1, 1.0, 1.0)])
def test_a_new_default_stresses_the_sponsor(sponsor, is_new, stress):
    state = people()
    table = SimpleNamespace(sponsor=np.array([sponsor]), contagion=np.array([4.0]))
    twin(infect)(table, state, 0, np.array([[is_new]]))
    assert state.parties[0, party.STRESS, 0] == stress

"""The same source on lanes and on rows."""

from __future__ import annotations

import numpy as np
import pytest

from halflife.foundation import backend
from halflife.foundation.backend import (
    LANES,
    bits_float,
    both,
    either,
    empty_state,
    float_bits,
    kernel,
    maximum,
    minimum,
    negate,
    sqrt,
    take,
    to_index,
    twin,
    twin_rows,
    where,
)

TABLE = np.array([10.0, 20.0, 30.0])


@kernel
def excess(x, floor_):
    return maximum(x - floor_, 0.0)


@kernel
def tour(x, y):
    """Use every primitive, through another kernel function."""
    inside = both(x > 0.0, negate(either(y < 0.0, y > 9.0)))
    index = to_index(minimum(maximum(backend_floor(x), 0.0), 2.0))
    bits = bits_float(float_bits(x) ^ float_bits(0.0))
    return where(inside, excess(bits, 1.0) * sqrt(y), take(TABLE, index) - backend_absolute(y))


backend_floor = backend.floor
backend_absolute = backend.absolute


@kernel
def accrue(x, rate):
    """Walk lanes as rooms do, into a state of its own."""
    state = empty_state(2, 1)
    for k in range(x.shape[-1]):
        state[0, 0, k] = x[k] * rate
        state[1, 0, k] = state[0, 0, k] + 1.0
    return state


def on_lanes(function, *rows):
    return np.array([function(*map(np.float64, lane)) for lane in zip(*rows, strict=True)])


def test_lanes_and_rows_give_the_same_bits(rng):
    x, y = rng.normal(size=(2, 500)) * 5.0
    with twin_rows(500):
        rows = twin(tour)(x, y)
    np.testing.assert_array_equal(on_lanes(tour, x, y), rows)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_the_second_number_wins_when_either_is_not_a_number():
    for function in (minimum, maximum):
        for pair in ((np.nan, 1.0), (1.0, np.nan)):
            found = [float(function(*pair)), float(twin(function)(*pair))]
            np.testing.assert_array_equal(found, [pair[1], pair[1]])


@kernel
def choose(condition):
    return where(condition, 3, 4)


def test_a_choice_of_whole_numbers_stays_whole():
    assert isinstance(choose(True), int)
    assert twin(choose)(True).dtype.kind == "i"


def test_the_state_of_the_twin_has_one_lane_that_is_a_row(rng):
    x = rng.normal(size=LANES)
    with twin_rows(LANES):
        rows = twin(accrue)(backend.lane_of(x), 0.5)
    lanes = accrue(x, 0.5)
    assert lanes.shape == (2, 1, LANES)
    assert rows.shape == (2, 1, 1)
    np.testing.assert_array_equal(np.stack([rows[0, 0, 0], rows[1, 0, 0]]), lanes[:, 0, :])


def test_rows_of_the_twin_are_not_shared():
    with twin_rows(3):
        state = twin(empty_state)(2, 2)
    assert len({id(row) for row in state.ravel()}) == 4


def test_the_twin_refuses_to_make_rows_of_unknown_length():
    with pytest.raises(LookupError):
        twin(empty_state)(1, 1)


def test_a_twin_is_made_once():
    assert twin(tour) is twin(tour)

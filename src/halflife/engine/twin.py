"""The slow twin: the same source over NumPy rows.  It replays chosen paths and checks the compiled walk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from halflife.engine.loop import finish, start, step
from halflife.engine.plan import Plan
from halflife.engine.state import State, new_state
from halflife.foundation.axes import Floats
from halflife.foundation.backend import lane_of, twin, twin_rows
from halflife.foundation.streams import seed_words


def replay(plan: Plan, paths: Any, seed: int) -> Iterator[tuple[int, State]]:
    """Walk the given paths and hand over the state after every month.

    Parameters
    ----------
    plan : Plan
    paths : sequence of path numbers
    seed : of the run

    Yields
    ------
    month, state
        The state is alive: read it before asking for the next month.  Month 0 is the start; after the last month the
        outcomes are closed.

    Notes
    -----
    Bit-equal to the compiled walk.
    """
    numbers = np.asarray(paths, dtype=np.uint64)
    lanes, words = lane_of(numbers), seed_words(seed)
    with twin_rows(len(numbers)):
        state: State = twin(new_state)(plan)
        twin(start)(plan, state, lanes, words)
    yield 0, state
    for t in range(1, plan.months + 1):
        with twin_rows(len(numbers)):
            twin(step)(plan, state, lanes, words, t)
            if t == plan.months:
                twin(finish)(plan, state)
        yield t, state


def rows(array: Any, count: int) -> Floats:
    """Copy a state array of the twin, ``[entity, field, 1]`` of rows, into ``[entity, field, path]``."""
    copied = np.empty((*array.shape[:2], count))
    for entity in range(array.shape[0]):
        for field in range(array.shape[1]):
            copied[entity, field] = array[entity, field, 0]
    return copied

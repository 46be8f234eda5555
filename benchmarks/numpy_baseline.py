"""The NumPy baseline: the same months on NumPy rows, in chunks that stay in cache.

It is the twin of `halflife.engine.twin`: the rooms' own source, every lane a row of `ROWS` paths.  Nothing is
recorded, so it does a little less than the engine.  It was not written by hand for speed: a row operation of the twin
allocates its result, as plain NumPy does, and `where` evaluates both sides, as the engine does too.
"""

from __future__ import annotations

from time import process_time

import numpy as np

from halflife.engine.plan import Plan
from halflife.engine.twin import replay
from halflife.waterfall.state import DEBT

ROWS = 2_000
"""Paths of a chunk: 16 kB a row."""


def walk(plan: Plan, paths: int, seed: int, rows: int = ROWS) -> float:
    """Walk paths 0 to ``paths - 1``, chunk by chunk, and return the processor seconds it took."""
    begun = process_time()
    for first in range(0, paths, rows):
        for month, state in replay(plan, range(first, min(paths, first + rows)), seed):
            pools = state.waterfall.pools
            owes = any(np.any(pools[b, DEBT, 0] > 0.0) for b in range(pools.shape[0]))
            if month >= plan.last_maturity and not owes:
                break
    return process_time() - begun

"""The compiled recursion of a finite pool's losses: one name after another, nodes abreast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np

from halflife.foundation.axes import Floats, Ints
from halflife.foundation.compiled import folder

Function = TypeVar("Function", bound=Callable[..., Any])

BLOCK = 16
"""Nodes walked together: their states stay in the first cache."""

numba.config.CACHE_DIR = str(folder())  # before the kernel is declared
_compiled: Callable[[Function], Function] = numba.njit(cache=True, error_model="numpy", nogil=True)


@_compiled
def _add_name(chance: Floats, pd: Floats, unit: int, top: int) -> None:
    """Let one more name default or not, in all states up to `top`."""
    for state in range(top, unit - 1, -1):
        for k in range(BLOCK):
            kept = chance[state, k] * (1.0 - pd[k])
            chance[state, k] = kept + chance[state - unit, k] * pd[k]
    for state in range(min(unit, top + 1)):
        for k in range(BLOCK):
            chance[state, k] = chance[state, k] * (1.0 - pd[k])


@_compiled
def _gather(answer: Floats, chance: Floats, weight: Floats, top: int) -> None:
    """Add a block's probabilities to the answer."""
    for state in range(top + 1):
        for k in range(len(weight)):
            answer[state] += weight[k] * chance[state, k]


@_compiled
def mix(pd: Floats, weight: Floats, units: Ints, states: int) -> Floats:
    """Probability of every loss below `states` units, averaged over nodes.

    Parameters
    ----------
    pd : [date, name, node], probability
    weight : [node]
    units : [name], non-negative
        Lost if the name defaults.
    states : number of losses asked for, from none up

    Returns
    -------
    [date, state], probability
        Losses of `states` units or more are left out: a row adds up to less than 1 by their probability.

    Notes
    -----
    Names are added one by one: ``P(l) <- P(l) (1 - p) + P(l - u) p``, from the largest loss down, in place.

    References
    ----------
    Andersen, Sidenius and Basu (2003), "All your hedges in one basket", Risk 16;
    Hull and White (2004), "Valuation of a CDO and an nth to default CDS without Monte Carlo simulation".
    """
    dates, names, nodes = pd.shape
    answer = np.zeros((dates, states))
    chance = np.empty((states, BLOCK))
    fails = np.zeros(BLOCK)
    for date in range(dates):
        for start in range(0, nodes, BLOCK):
            count = min(BLOCK, nodes - start)
            chance[:] = 0.0
            chance[0] = 1.0
            top = 0
            for name in range(names):
                fails[:count] = pd[date, name, start : start + count]
                top = min(top + units[name], states - 1)
                _add_name(chance, fails, units[name], top)
            _gather(answer[date], chance, weight[start : start + count], top)
    return answer

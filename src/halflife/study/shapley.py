"""Sharing out an effect among its causes, path by path."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from halflife.foundation.axes import Floats

Coalition = frozenset[str]


def coalitions(players: Sequence[str]) -> list[Coalition]:
    """Return every set of players, the empty one first."""
    return [frozenset(chosen) for size in range(len(players) + 1) for chosen in combinations(players, size)]


def shapley(players: Sequence[str], worth: Mapping[Coalition, Floats]) -> dict[str, Floats]:
    """Share out the worth of all players together.

    Parameters
    ----------
    players : names, in any order
    worth : every set of players -> ``[path]``; paths of all sets share their random numbers

    Returns
    -------
    dict
        Player -> ``[path]``: the mean over all orders of what the player adds when it joins. The shares add up to the
        worth of all less the worth of none, on every path.

    References
    ----------
    Shapley (1953), "A value for n-person games".
    """
    count = len(players)
    shares: dict[str, Floats] = {}
    for player in players:
        share = 0.0 * worth[frozenset()]
        for others in coalitions([other for other in players if other != player]):
            orders = math.factorial(len(others)) * math.factorial(count - len(others) - 1) / math.factorial(count)
            share = share + orders * (worth[others | {player}] - worth[others])
        shares[player] = share
    return shares


def worths(
    players: Sequence[str], play: Callable[[Coalition], Floats], done: Callable[[int, int], None] | None = None
) -> dict[Coalition, Floats]:
    """Play every set of players once.

    Parameters
    ----------
    play : set of players -> ``[path]``
    done : called with sets played and sets in all
    """
    found: dict[Coalition, Floats] = {}
    sets = coalitions(players)
    for chosen in sets:
        found[chosen] = play(chosen)
        if done is not None:
            done(len(found), len(sets))
    return found

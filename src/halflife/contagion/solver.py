"""The one solver: shares of face that agree with each other, from above or from below.

The unknown is the share of face at which claims on every node are worth; a `valuation` maps a debtor's state to it.
From above the solver comes down to the greatest solution, from below it climbs to the least. Plain iteration is sped
up by a linear solve over the nodes that stand on a straight piece of their rule: with clearing rules that is the
fictitious default algorithm, exact after as many rounds as there are waves of default.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from halflife.contagion.valuation import compiled, worth

STILL = 1e-14
"""Largest change of a share in one round that counts as none."""
MOST_ROUNDS = 200_000
"""Then a scenario is handed back as not settled."""
PAUSE = 4
"""Plain rounds after a jump upwards that was not kept."""
SINGULAR = 1e-12
"""Smallest pivot, of rows scaled to 1 on the diagonal."""


@compiled
def receive(liabilities: Any, share: Any, received: Any) -> None:
    """Add up what every node gets from the others at these shares of face."""
    nodes = share.shape[0]
    for i in range(nodes):
        received[i] = 0.0
    for j in range(nodes):
        paid = share[j]
        if paid != 0.0:
            for i in range(nodes):
                received[i] += paid * liabilities[j, i]


@compiled
def value_all(liabilities: Any, columns: Any, kind: Any, share: Any, received: Any, fresh: Any, slope: Any) -> None:
    """Value the claims on every node when the claims on the others are worth these shares.

    Parameters
    ----------
    columns : [column, node]
        Outside assets, senior debt, debt due, and the rule's two parameters.
    """
    receive(liabilities, share, received)
    for i in range(share.shape[0]):
        outside, senior, due = columns[0, i], columns[1, i], columns[2, i]
        equity = outside + received[i] - (senior + due)
        fresh[i], slope[i] = worth(kind[i], equity, outside, received[i], senior, due, columns[3, i], columns[4, i])


@compiled
def set_up(liabilities: Any, share: Any, fresh: Any, slope: Any, matrix: Any, index: Any) -> int:
    """Write the linear system of the nodes with a slope, ``d = r + S L' d``, and return how many there are."""
    nodes, count = share.shape[0], 0
    for i in range(nodes):
        if slope[i] > 0.0:
            index[count] = i
            count += 1
    for row in range(count):
        i = index[row]
        step = fresh[i] - share[i]
        for j in range(nodes):
            if slope[j] <= 0.0:
                step += slope[i] * liabilities[j, i] * (fresh[j] - share[j])
        matrix[row, count] = step
        for column in range(count):
            matrix[row, column] = -slope[i] * liabilities[index[column], i]
        matrix[row, row] += 1.0
    return count


@compiled
def eliminate(matrix: Any, count: int) -> bool:
    """Solve the system in place, its last column becoming the answer; false if plain iteration over it has no end.

    The matrix is 1 on the diagonal and not positive elsewhere: its pivots are positive if and only if the iteration
    converges, so no pivot is sought.
    """
    for pivot in range(count):
        if not matrix[pivot, pivot] > SINGULAR:
            return False
        for row in range(pivot + 1, count):
            factor = matrix[row, pivot] / matrix[pivot, pivot]
            if factor != 0.0:
                for column in range(pivot, count + 1):
                    matrix[row, column] -= factor * matrix[pivot, column]
    for row in range(count - 1, -1, -1):
        step = matrix[row, count]
        for column in range(row + 1, count):
            step -= matrix[row, column] * matrix[column, count]
        matrix[row, count] = step / matrix[row, row]
    return True


@compiled
def jump(liabilities: Any, share: Any, fresh: Any, slope: Any, matrix: Any, index: Any, goal: Any) -> bool:
    """Write where the shares end if every node stays on its straight piece; false if that has no finite end.

    Nodes without a slope take their fresh share.
    """
    count = set_up(liabilities, share, fresh, slope, matrix, index)
    if not eliminate(matrix, count):
        return False
    for i in range(share.shape[0]):
        goal[i] = fresh[i]
    for row in range(count):
        goal[index[row]] = share[index[row]] + matrix[row, count]
    return True


@compiled
def descend(
    liabilities: Any, columns: Any, kind: Any, share: Any, work: Any, matrix: Any, index: Any
) -> tuple[int, bool]:
    """Bring shares down from a point above the greatest solution to it; return the rounds and whether it settled.

    A jump is safe where no share falls below zero: below this point the straight pieces lie above the rule, which only
    bends or steps downwards there. It needs the start to be a point from which plain iteration comes down.
    """
    received, fresh, slope, goal = work[0], work[1], work[2], work[3]
    for rounds in range(MOST_ROUNDS):
        value_all(liabilities, columns, kind, share, received, fresh, slope)
        step = 0.0
        for i in range(share.shape[0]):
            step = max(step, share[i] - fresh[i])
        if step <= STILL:
            return rounds + 1, True
        safe = jump(liabilities, share, fresh, slope, matrix, index, goal)
        for i in range(share.shape[0]):
            safe = safe and goal[i] >= 0.0
        step = 0.0
        for i in range(share.shape[0]):
            goal[i] = min(share[i], goal[i] if safe else fresh[i])
            step = max(step, share[i] - goal[i])
        if step <= STILL:
            return rounds + 1, True
        share[:] = goal
    return MOST_ROUNDS, False


@compiled
def climb(
    liabilities: Any, columns: Any, kind: Any, share: Any, work: Any, matrix: Any, index: Any
) -> tuple[int, bool]:
    """Bring shares up from a point below the least solution to it; return the rounds and whether it settled.

    A jump is tried when no node changed its piece in the last round, and kept only if every node is still on the piece
    it started from: then the rule is straight all the way. The last row of `work` remembers the pieces.
    """
    received, fresh, slope, goal, there, tilt, before = work[0], work[1], work[2], work[3], work[4], work[5], work[6]
    nodes, wait = share.shape[0], 0
    for rounds in range(MOST_ROUNDS):
        value_all(liabilities, columns, kind, share, received, fresh, slope)
        step, calm = 0.0, wait <= 0
        for i in range(nodes):
            step = max(step, fresh[i] - share[i])
            calm = calm and slope[i] == before[i]
            before[i] = slope[i]
        if step <= STILL:
            return rounds + 1, True
        safe = calm and jump(liabilities, share, fresh, slope, matrix, index, goal)
        if safe:
            value_all(liabilities, columns, kind, goal, received, there, tilt)
            for i in range(nodes):
                safe = safe and tilt[i] == slope[i] and (slope[i] > 0.0 or there[i] == fresh[i])
        wait = PAUSE if calm and not safe else wait - 1
        step = 0.0
        for i in range(nodes):
            goal[i] = max(share[i], goal[i] if safe else fresh[i])
            step = max(step, goal[i] - share[i])
        if step <= STILL:
            receive(liabilities, share, received)
            return rounds + 1, True
        share[:] = goal
    return MOST_ROUNDS, False


@compiled
def fill(columns: Any, table: Any, at: int) -> None:
    """Copy one scenario's columns, ``table[column, scenario, node]``, to where the solver reads them."""
    for c in range(table.shape[0]):
        for i in range(columns.shape[1]):
            columns[c, i] = table[c, at, i]


@compiled
def solve_some(
    liabilities: Any, table: Any, kind: Any, share: Any, rounds: Any, settled: Any, first: int, end: int, rising: bool
) -> None:
    """Solve scenarios ``first`` to ``end - 1``, each by itself."""
    nodes = share.shape[1]
    columns, work = np.empty((5, nodes)), np.empty((7, nodes))
    matrix, index = np.empty((nodes, nodes + 1)), np.empty(nodes, np.int64)
    for s in range(first, end):
        claims = liabilities[min(s, liabilities.shape[0] - 1)]
        fill(columns, table, min(s, table.shape[1] - 1))
        share[s, :] = 0.0 if rising else 1.0
        work[6, :] = -1.0
        if rising:
            rounds[s], settled[s] = climb(claims, columns, kind, share[s], work, matrix, index)
        else:
            rounds[s], settled[s] = descend(claims, columns, kind, share[s], work, matrix, index)


def in_parts(work: Callable[[int, int], None], count: int, threads: int) -> None:
    """Run ``work(first, end)`` over ranges that make up ``range(count)``, one to a thread."""
    bounds = [count * part // threads for part in range(threads + 1)]
    if threads == 1:
        return work(0, count)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(work, bounds[:-1], bounds[1:]))
    return None

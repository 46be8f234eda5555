"""Reverse stress: where a lever crosses a line, with the error of that place, and where two levers do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.stress import Aim, Breakeven, Frontier, Root
from halflife.study.ground import Ground
from halflife.study.levers import Lever
from halflife.study.quantities import BY_QUANTITY
from halflife.study.search import Crossing, Search

Progress = Callable[[int, int], None]


def breakeven(
    ground: Ground, lever: Lever, aim: Aim, *, low: float | None = None, high: float | None = None
) -> Breakeven:
    """Find the amount of a lever at which a line is crossed.

    Parameters
    ----------
    ground : from `ground_of`;  aim : from `aims.read_aim`
    low, high : range searched instead of the lever's own; the line must be crossed between them

    Returns
    -------
    Breakeven
        The crossing next to the deal as written. All runs share their paths, so that the quantity moves smoothly.

    Raises
    ------
    SpecError
        If the lever does not apply, or both ends of a range that was asked for lie on the same side of the line.

    References
    ----------
    `search.Search`.
    """
    _refuse_missing(ground, lever)
    search = _search(ground, lever, aim, low, high)
    if low is not None or high is not None:
        _refuse_same_side(search, lever)
    found = search.find()
    return Breakeven(
        ground.asked(search.quantity), aim, ground.moved(lever, lever.neutral), search.low, search.high,
        _root(ground, lever, found), search.tried(),
    )  # fmt: skip


def _refuse_missing(ground: Ground, lever: Lever) -> None:
    reason = lever.missing(ground.deals[0])
    if reason:
        raise SpecError([Finding(f"--lever {lever.name}", reason, "a lever of this deal", "choose another")])


def _search(
    ground: Ground, lever: Lever, aim: Aim, low: float | None = None, high: float | None = None,
    *fixed: tuple[Lever, float],
) -> Search:  # fmt: skip
    """Search a lever's range, or a part of it, while other levers stay where they are."""
    ends = (lever.low if low is None else low, lever.high if high is None else high)
    if not lever.low <= ends[0] < ends[1] <= lever.high:
        found, wanted = f"from {ends[0]:g} to {ends[1]:g}", f"a range within {lever.low:g} to {lever.high:g}"
        raise SpecError([Finding(f"--lever {lever.name}", found, wanted, "put low below high, inside the range")])
    start = min(max(lever.neutral, ends[0]), ends[1])
    return Search(
        lambda amount: ground.look([*fixed, (lever, amount)]), aim, *ends, start, lever.worse,
        is_multiple=lever.kind == "multiple",
    )  # fmt: skip


def _refuse_same_side(search: Search, lever: Lever) -> None:
    if (search.beyond(search.low) > 0.0) == (search.beyond(search.high) > 0.0):
        side = "beyond" if search.beyond(search.low) > 0.0 else "short of"
        values = " and ".join(f"{search.look(end).read(search.quantity):.4g}" for end in (search.low, search.high))
        found = f"both ends {side} the line '{search.aim.words}': {search.quantity.words} {values}"
        fix = "widen the range, or ask without one: the answer then says whether there is a crossing at all"
        raise SpecError([Finding(f"--lever {lever.name}", found, "ends on different sides", fix)])


def _root(ground: Ground, lever: Lever, found: Crossing | None) -> Root | None:
    if found is None:
        return None
    moved = ground.moved(lever, found.amount)
    return Root(moved, found.error, found.found, found.slope, found.is_monotone, found.others)


def frontier(
    ground: Ground, along: tuple[Lever, Sequence[float]], across: Lever, aim: Aim, progress: Progress | None = None
) -> Frontier:
    """Find, for each amount of one lever, the amount of another at which a line is crossed.

    Parameters
    ----------
    ground, aim : as for `breakeven`
    along : lever and its amounts;  across : the lever that is solved for
    progress : called with amounts done and amounts in all

    Raises
    ------
    SpecError
        If both are the same lever, or one does not apply.
    """
    lever, amounts = along
    if lever.name == across.name:
        raise SpecError([Finding("--frontier", f"{lever.name} twice", "two different levers", "choose another")])
    for one in (lever, across):
        _refuse_missing(ground, one)
    roots, crossed = list[Root | None](), list[bool]()
    for done, amount in enumerate(amounts):
        search = _search(ground, across, aim, None, None, (lever, amount))
        roots.append(_root(ground, across, search.find()))
        crossed.append(search.beyond(across.neutral) > 0.0)
        if progress is not None:
            progress(done + 1, len(amounts))
    return Frontier(
        ground.asked(BY_QUANTITY[aim.quantity]), aim, tuple(ground.moved(lever, amount) for amount in amounts),
        ground.moved(across, across.neutral), across.low, across.high, tuple(roots), tuple(crossed),
    )  # fmt: skip

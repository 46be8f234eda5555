"""What the answer hangs on: one lever at a time, down and up, and two levers together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from halflife.foundation.errors import Finding, SpecError
from halflife.metrics.stress import Bar, Grid, Tornado
from halflife.study.ground import Ground
from halflife.study.levers import FIRST, Lever, levers_named
from halflife.study.quantities import Quantity

Progress = Callable[[int, int], None]
MOST_CELLS = 400


def tornado(
    ground: Ground,
    quantity: Quantity,
    levers: Sequence[Lever] | None = None,
    bumps: Mapping[str, tuple[float, float]] | None = None,
    progress: Progress | None = None,
) -> Tornado:
    """Move one lever at a time down and up, and see by how much a quantity changes on the same paths.

    Parameters
    ----------
    ground : from `ground_of`;  quantity : what is asked
    levers : `levers.FIRST` when left out; of those, the ones that the deal does not have are left out
    bumps : lever -> (down, up), instead of its own
    progress : called with levers done and levers in all

    Returns
    -------
    Tornado
        Each bar is the difference of two runs of the same paths, and its error that of the difference.

    Raises
    ------
    SpecError
        If a lever that was named does not apply, or a bump belongs to no lever that is moved.
    """
    chosen = levers_named(FIRST) if levers is None else list(levers)
    missing = {lever.name: reason for lever in chosen if (reason := lever.missing(ground.deals[0]))}
    findings = [
        Finding(
            f"--bump {name}",
            "a bump of a lever that is not moved",
            "one of " + ", ".join(one.name for one in chosen),
            "name the lever as well",
        )
        for name in bumps or {}
        if name not in {lever.name for lever in chosen}
    ]
    if levers is not None:
        findings += [Finding(f"--lever {name}", reason, "a lever of this deal", "leave it out")
                     for name, reason in missing.items()]  # fmt: skip
    if findings:
        raise SpecError(findings)
    moved = [lever for lever in chosen if lever.name not in missing]
    bars = list[Bar]()
    for done, lever in enumerate(moved):
        bars.append(_bar(ground, quantity, lever, (bumps or {}).get(lever.name)))
        if progress is not None:
            progress(done + 1, len(moved))
    return Tornado(ground.asked(quantity), tuple(sorted(bars, key=lambda bar: -bar.swing)), missing)


def _bar(ground: Ground, quantity: Quantity, lever: Lever, bump: tuple[float, float] | None) -> Bar:
    down, up = sorted(bump or lever.bump)
    changes = [ground.look([(lever, amount)]).change(ground.base, quantity) for amount in (down, up)]
    why = lever.why if bump is None else "as asked"
    return Bar(ground.moved(lever, down), ground.moved(lever, up), changes[0], changes[1], why)


def grid(
    ground: Ground,
    quantity: Quantity,
    down: tuple[Lever, Sequence[float]],
    across: tuple[Lever, Sequence[float]],
    progress: Progress | None = None,
) -> Grid:
    """Move two levers together.

    Parameters
    ----------
    ground, quantity : as for `tornado`
    down, across : lever and amounts, of the rows and of the columns
    progress : called with cells done and cells in all

    Raises
    ------
    SpecError
        If both levers are the same one, one has no amounts, or there are too many cells.
    """
    cells, findings = len(down[1]) * len(across[1]), list[Finding]()
    if down[0].name == across[0].name:
        findings.append(Finding("--grid", f"{down[0].name} twice", "two different levers", "choose another"))
    if not 1 <= cells <= MOST_CELLS:
        found = f"{len(down[1])} by {len(across[1])} amounts"
        findings.append(Finding("--grid", found, f"1 to {MOST_CELLS} cells", "give fewer amounts"))
    if findings:
        raise SpecError(findings)
    rows = []
    for place, amount in enumerate(down[1]):
        row = []
        for other, second in enumerate(across[1]):
            row.append(ground.look([(down[0], amount), (across[0], second)]).estimate(quantity))
            if progress is not None:
                progress(place * len(across[1]) + other + 1, cells)
        rows.append(tuple(row))
    return Grid(
        ground.asked(quantity),
        tuple(ground.moved(down[0], amount) for amount in down[1]),
        tuple(ground.moved(across[0], amount) for amount in across[1]),
        tuple(rows),
    )

"""From the words about machine values to tables of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from halflife.collateral.spec import CollateralSpec
from halflife.collateral.table import CollateralTable
from halflife.collateral.vintage import (
    DEVIATIONS,
    MULTIPLES,
    Axis,
    Machine,
    Market,
    deviation_axis,
    hedonic,
    value_today,
    vintage,
)
from halflife.foundation.axes import Floats, Ints, seal
from halflife.foundation.errors import Finding
from halflife.foundation.grid import TimeGrid

HOURS = 730.0
"""Hours of a month: 8,760 a year over twelve."""

At = Callable[[str], str]


class Prices(Market, Protocol):
    """Columns of the market's table that machine values need."""

    @property
    def power_price(self) -> Floats:
        """Month-0 price of power: ``[1], USD/kWh``."""


def resolve(
    specs: Sequence[CollateralSpec],
    market: Prices,
    machine_power: Mapping[str, float],
    grid: TimeGrid,
    findings: list[Finding],
    at: At,
) -> CollateralTable | None:
    """Tabulate the value of each machine type under the market's own law.

    Parameters
    ----------
    specs : one for each machine type, in any order
    market : the market's table
    machine_power : name -> kW per machine before PUE
        In the order of the market's machine axis.
    grid : TimeGrid
    findings : list
        Everything that is wrong is appended.
    at : path below ``economy`` -> where it is written
        For example ``at("collateral[gb300].use")``.

    Returns
    -------
    CollateralTable or None
        None if anything was found.
    """
    known = len(findings)
    _check(specs, machine_power, findings, at)
    if len(findings) > known:
        return None
    by_name = {spec.machine: spec for spec in specs}
    ordered = [by_name[name] for name in machine_power]
    power = _column(
        kilowatt * spec.pue * HOURS * spec.use for spec, kilowatt in zip(ordered, machine_power.values(), strict=True)
    )
    upkeep = _column(spec.operating_cost for spec in ordered)
    cost = upkeep + power * market.power_price[0]
    for spec, amount in zip(ordered, cost, strict=True):
        if amount == 0.0:
            where, fix = at(f"collateral[{spec.machine}].operating_cost"), "write hosting or power cost"
            findings.append(Finding(where, "a machine that costs nothing to run", "a positive running cost", fix))
    if len(findings) > known:
        return None
    machines = [_machine(spec, float(cost[g]), market, g) for g, spec in enumerate(ordered)]
    axes = [deviation_axis(market, g) for g in range(len(ordered))]
    values = [_values(spec, g, machines[g], axes[g], market, grid) for g, spec in enumerate(ordered)]
    phases = _integers(value.shape[1] for value in values)
    cells = np.cumsum([0, *(value.size for value in values)])
    return seal(
        CollateralTable(
            value=np.concatenate([value.ravel() for value in values]),
            first=_integers(cells[:-1]),
            phases=phases,
            multiples=_integers([MULTIPLES.size]),
            deviations=_integers([DEVIATIONS]),
            multiple_first=np.full(len(ordered), MULTIPLES.first),
            multiple_step=np.full(len(ordered), MULTIPLES.step),
            deviation_first=_column(axis.first for axis in axes),
            deviation_step=_column(axis.step for axis in axes),
            power=power,
            upkeep=upkeep,
            cost=cost,
            orderly_discount=_column(spec.orderly_discount for spec in ordered),
        )
    )


def _check(
    specs: Sequence[CollateralSpec], machine_power: Mapping[str, float], findings: list[Finding], at: At
) -> None:
    """Every machine of the market is valued once, and nothing else is."""
    written = [spec.machine for spec in specs]
    for name in sorted(set(written)):
        where = at(f"collateral[{name}].machine")
        if name not in machine_power:
            wanted = f"one of {', '.join(machine_power)}"
            findings.append(Finding(where, f"'{name}', not in the market", wanted, "correct the name"))
        if written.count(name) > 1:
            findings.append(Finding(where, f"'{name}' twice", "one entry for each machine type", "remove one"))
    for name in machine_power:
        if name not in written:
            fix = f"add an entry with `machine: {name}`"
            findings.append(Finding(at("collateral"), f"no entry for '{name}'", "a value for each machine type", fix))
    for spec in specs:
        for field in ("use", "realisation"):
            if getattr(spec, field) == 0.0:
                where = at(f"collateral[{spec.machine}].{field}")
                findings.append(Finding(where, "0 %", "a positive share", "write what a buyer expects"))


def _machine(spec: CollateralSpec, cost: float, market: Prices, g: int) -> Machine:
    return Machine(
        rent=HOURS * spec.use * spec.realisation * float(np.exp(market.rental[g])),
        cost=cost,
        drift=float(market.drift[g]),
        decay=spec.physical_decay / 12.0,
        discount=spec.discount_rate / 12.0,
        life=max(round(12.0 * spec.physical_life), 1),
    )


def _values(spec: CollateralSpec, g: int, machine: Machine, axis: Axis, market: Prices, grid: TimeGrid) -> Floats:
    """Table of one machine by the method its spec names."""
    if spec.method == "vintage":
        return vintage(machine, axis, market, g, grid.months)
    today = vintage(machine, axis, market, g, 0)
    first = value_today(today, axis, market, g)
    deviation = float(market.deviation_start[g])
    return hedonic(
        first,
        spec.hedonic_age,
        spec.hedonic_rent,
        deviation,
        axis,
        (grid.months, today.shape[1]),
        machine.life,
    )


def _column(values: Iterable[float]) -> Floats:
    return np.array(list(values), dtype=np.float64)


def _integers(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)

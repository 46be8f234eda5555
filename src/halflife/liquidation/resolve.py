"""From the words about selling machines to arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from halflife.foundation.axes import Floats, seal
from halflife.foundation.errors import Finding
from halflife.foundation.names import At, Written, unknown
from halflife.liquidation.spec import EnforcementSpec, ResaleSpec
from halflife.liquidation.table import SALE, STEP_IN, LiquidationTable

POLICIES = {"sale": SALE, "step_in": STEP_IN}


class Fleet(NamedTuple):
    """What is sold: positions of machine and borrower, and how many."""

    machine: int
    borrower: int
    units: float


def resolve(
    resale: Sequence[ResaleSpec],
    borrowers: Sequence[Written[EnforcementSpec]],
    *,
    machines: Sequence[str],
    fleets: Sequence[Fleet] | None,
    findings: list[Finding],
    at: At,
) -> LiquidationTable | None:
    """Turn resale markets and enforcement into arrays.

    Parameters
    ----------
    resale : one for each machine type, in any order
    borrowers : in name order
    machines : names, in the order of the machine axis
    fleets : in the order of the fleet axis; None if they could not be resolved
    findings : what is wrong is added here
    at : path below ``economy`` -> where it is written
    """
    before = len(findings)
    _check_resale(resale, machines, findings, at)
    for written in borrowers:
        _check_enforcement(written, findings)
    if len(findings) > before or fleets is None:
        return None
    by_machine = {spec.machine: spec for spec in resale}
    markets = [by_machine[name] for name in machines]
    rules = [written.spec for written in borrowers]
    forced = [forced_shares(fleet.units, markets[fleet.machine], rules[fleet.borrower]) for fleet in fleets]
    return seal(
        LiquidationTable(
            depth=_column([spec.depth for spec in markets]),
            depth_after=_column([spec.depth_after_successor for spec in markets]),
            fading=_column([1.0 - spec.recovery for spec in markets]),
            absorption=_column([spec.absorption for spec in markets]),
            floor=_column([spec.floor for spec in markets]),
            forced_calm=_column([calm for calm, _ in forced]),
            forced_announced=_column([announced for _, announced in forced]),
            policy=np.array([POLICIES[rule.policy] for rule in rules], dtype=np.int64),
            seize=_column([rule.time_to_seize for rule in rules]),
            step_in=_column([rule.step_in_months if rule.policy == "step_in" else 0.0 for rule in rules]),
            sale_cost=_column([rule.sale_cost for rule in rules]),
            unit_cost=_column([rule.cost_per_machine for rule in rules]),
        )
    )


def forced_shares(units: float, market: ResaleSpec, rule: EnforcementSpec) -> tuple[float, float]:
    """Average price, as a share of the appraised value, if a whole fleet is sold by the lenders' schedule.

    Returns
    -------
    calm, announced : before and after the announcement of a successor

    Notes
    -----
    The schedule is that of `liquidation.kernel.sell` with an appraised value that stands still: what buyers
    absorb each month, and in the last month of the workout all that is left.
    """
    months = max(rule.workout - rule.time_to_seize, 1)
    absorbed = min(float(market.absorption), units)
    full = min(math.floor(units / absorbed), months - 1) if absorbed > 0.0 else 0
    sold = np.append(np.full(full, absorbed), units - full * absorbed)
    fading = (1.0 - market.recovery) ** np.arange(len(sold))
    pressure = absorbed * np.append(0.0, np.cumsum(fading[1:]))
    room = 1.0 - market.floor
    shares = []
    for depth in (float(market.depth), market.depth * market.depth_after_successor):
        scale = room * depth + 1e-9
        steps = sold / scale
        mean = np.where(steps > 1e-6, -np.expm1(-steps) / np.where(steps > 1e-6, steps, 1.0), 1.0 - 0.5 * steps)
        price = market.floor + room * np.exp(-pressure / scale) * mean
        shares.append(float((price * sold).sum() / units))
    return shares[0], shares[1]


def _column(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _check_resale(resale: Sequence[ResaleSpec], machines: Sequence[str], findings: list[Finding], at: At) -> None:
    """Every machine of the market has one resale market."""
    written = [spec.machine for spec in resale]
    findings.extend(
        Finding(
            at("resale"),
            f"no resale market for '{name}'",
            "one for each machine type",
            f"add an entry with `machine: {name}`",
        )
        for name in machines
        if name not in written
    )
    for place, spec in enumerate(resale):
        if spec.machine not in machines:
            findings.append(unknown(at(f"resale[{place}].machine"), "machine", spec.machine, machines))
        if spec.machine in written[:place]:
            findings.append(
                Finding(
                    at(f"resale[{place}].machine"),
                    f"'{spec.machine}' twice",
                    "one resale market for each machine type",
                    "remove one",
                )
            )
        for key, value in (("depth", spec.depth), ("absorption", spec.absorption)):
            if value == 0:
                findings.append(
                    Finding(
                        at(f"resale[{place}].{key}"),
                        "0 machines",
                        "at least 1 a month",
                        "write what the market takes, however little",
                    )
                )


def _check_enforcement(written: Written[EnforcementSpec], findings: list[Finding]) -> None:
    rule, at = written.spec, written.at
    if rule.policy == "sale" and rule.step_in_months > 0:
        findings.append(
            Finding(
                at("step_in_months"),
                f"{rule.step_in_months} months with policy 'sale'",
                "months of operation only under 'step_in'",
                "delete it, or write 'step_in'",
            )
        )
    if rule.workout <= rule.time_to_seize:
        findings.append(
            Finding(
                at("workout"),
                f"a workout of {rule.workout} months, {rule.time_to_seize} to seize",
                "a workout longer than the seizure",
                "lengthen `workout`",
            )
        )

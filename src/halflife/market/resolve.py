"""From the words about prices to the market's table."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from halflife.facts import MarketFacts, load_machine, load_market
from halflife.foundation.axes import Floats, Ints, seal
from halflife.foundation.errors import Finding, SpecError
from halflife.foundation.grid import TimeGrid
from halflife.foundation.lattice import GLUT, SHORTAGE, monthly, settled_deviation
from halflife.foundation.streams import stream_ids
from halflife.market.calibrated import FACTORS, Pair, Parts, complete
from halflife.market.coins import Mining, mining
from halflife.market.coins import check as check_coins
from halflife.market.coins import columns as coin_columns
from halflife.market.spec import MachineSpec, MarketSpec, SuccessorSpec
from halflife.market.table import MarketTable

_LEAST_EIGENVALUE = 1e-9

At = Callable[[str], str]
Columns = dict[str, Any]


def resolve(spec: MarketSpec, grid: TimeGrid, findings: list[Finding], at: At) -> MarketTable | None:
    """Turn the written market into arrays; machines keep the order in which they are written.

    Parameters
    ----------
    spec : MarketSpec
        Parts left out come from the facts entry it names.
    grid : TimeGrid
    findings : list
        Everything that is wrong is appended.
    at : path below ``economy.market`` -> where it is written
        For example ``at("machines[gb300].rental")``.

    Returns
    -------
    MarketTable or None
        None if anything was found.

    Notes
    -----
    A machine without an own `age_drift` takes the entry's drift net of launches if it lists successors, the
    drift with launches in it if it lists none: a launch is never counted twice.
    """
    known = len(findings)
    facts = _facts(spec, findings, at)
    _check_machines(spec.machines, grid, findings, at)
    law = check_coins(spec, grid, findings, at)
    if facts is None:
        return None
    parts = complete(spec, facts)
    _check_parts(parts, findings, at)
    cholesky = _cholesky(parts.correlations, findings, at)
    launches = [(g, successor) for g, machine in enumerate(spec.machines) for successor in machine.successors]
    streams = _streams(spec.machines, launches, findings, at)
    if len(findings) > known or cholesky is None or streams is None:
        return None
    coins = coin_columns(spec, law, cholesky, grid, findings, at)
    if coins is None:
        return None
    factors, machine_count, rigs = len(FACTORS), len(spec.machines), mining(coins)
    return seal(
        MarketTable(
            **_cycle(parts, spec),
            **_prices(parts, grid),
            **_machines(spec.machines, parts, rigs),
            **coins,
            **_launches(launches, grid),
            cholesky=cholesky,
            factor_stream=streams[:factors],
            regime_stream=streams[factors : factors + 1],
            mixing_stream=streams[factors + 1 : factors + 2],
            machine_stream=streams[factors + 2 : factors + 2 + machine_count],
            launch_stream=streams[factors + 2 + machine_count :],
        )
    )


def _facts(spec: MarketSpec, findings: list[Finding], at: At) -> MarketFacts | None:
    """The calibrated entry, and a check that every machine named in the facts exists."""
    for machine in spec.machines:
        if machine.fact is not None:
            try:
                load_machine(machine.fact)
            except SpecError as error:
                findings += _moved(error, at(f"machines[{machine.name}].fact"))
    try:
        return load_market(spec.facts)
    except SpecError as error:
        findings += _moved(error, at("facts"))
        return None


def _moved(error: SpecError, where: str) -> list[Finding]:
    return [Finding(where, item.found, item.wanted, item.fix) for item in error.findings]


def _check_machines(machines: Sequence[MachineSpec], grid: TimeGrid, findings: list[Finding], at: At) -> None:
    if not machines:
        findings.append(Finding(at("machines"), "no machine", "at least one machine type", "name what is rented out"))
    for name in _twice([machine.name for machine in machines]):
        where = at(f"machines[{name}].name")
        findings.append(Finding(where, f"'{name}' twice", "one entry for each machine type", "rename or remove one"))
    for machine in machines:
        base = f"machines[{machine.name}]"
        if machine.kind == "gpu" and machine.rental == 0.0:
            where = at(f"{base}.rental")
            findings.append(Finding(where, "a rent of zero", "a positive rent", "write today's posted rent"))
        for name in _twice([successor.name for successor in machine.successors]):
            where = at(f"{base}.successors[{name}].name")
            findings.append(Finding(where, f"'{name}' twice", "each successor once", "rename or remove one"))
        for successor in machine.successors:
            _check_successor(successor, f"{base}.successors[{successor.name}]", grid.valuation, findings, at)


def _check_successor(
    successor: SuccessorSpec, base: str, valuation: datetime.date, findings: list[Finding], at: At
) -> None:
    if successor.availability < successor.announcement:
        findings.append(
            Finding(
                at(f"{base}.availability"),
                f"available {successor.availability}, announced {successor.announcement}",
                "announcement first",
                "exchange or correct the two dates",
            )
        )
    if successor.availability <= valuation:
        findings.append(
            Finding(
                at(f"{base}.availability"),
                f"already available: today's rent contains it ({successor.availability})",
                f"a date after the valuation date {valuation}",
                "remove this successor",
            )
        )
    if successor.rent_drop >= 0.9:
        where = at(f"{base}.rent_drop")
        findings.append(Finding(where, f"{successor.rent_drop:.0%}", "less than 90 %", "write the fall of the rent"))


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _check_parts(parts: Parts, findings: list[Finding], at: At) -> None:
    compute, credit = parts.compute, parts.credit
    noisy = compute.volatility > 0.0 or compute.idiosyncratic > 0.0
    if compute.speed == 0.0 and noisy:
        fix = "write a speed such as '0.8 /yr', or set both volatilities to 0 %"
        findings.append(Finding(at("compute.speed"), "0", "a positive speed: the cycle must return", fix))
    regimes = compute.regimes
    if regimes is not None and regimes.glut_level > regimes.shortage_level:
        found = f"glut {regimes.glut_level:g} above shortage {regimes.shortage_level:g}"
        fix = "exchange the two levels"
        findings.append(Finding(at("compute.regimes.glut_level"), found, "rents lower in glut than in shortage", fix))
    if not parts.short_rate.curve:
        where = at("short_rate.curve")
        findings.append(Finding(where, "no rate", "at least one year's rate", "write SOFR for each year"))
    for name, value in (("level", credit.level), ("start", credit.start), ("shut_above", credit.shut_above)):
        if value == 0.0:
            where = at(f"credit.{name}")
            findings.append(Finding(where, "zero", "a positive spread: it moves in logs", "write it in bp"))


def _cholesky(correlations: Sequence[Pair], findings: list[Finding], at: At) -> Floats | None:
    """Lower triangular root of the correlation matrix, or a finding that names the culprits."""
    matrix = np.eye(len(FACTORS))
    written: set[frozenset[str]] = set()
    known = len(findings)
    for place, (pair, value) in enumerate(correlations):
        where, said = at(f"correlations[{place}].between"), " and ".join(pair)
        if pair[0] == pair[1]:
            findings.append(Finding(where, said, "two different factors", "remove it: it is 1"))
            continue
        if frozenset(pair) in written:
            findings.append(Finding(where, f"{said} once more", "each pair once", "remove one of them"))
        written.add(frozenset(pair))
        i, j = FACTORS.index(pair[0]), FACTORS.index(pair[1])
        matrix[i, j] = matrix[j, i] = value
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < _LEAST_EIGENVALUE:
        heavy = {factor for factor, part in zip(FACTORS, vectors[:, 0], strict=True) if abs(part) > 0.1}
        culprits = [f"{a}-{b} {value:g}" for (a, b), value in correlations if {a, b} <= heavy]
        found = f"not positive definite: smallest eigenvalue {values[0]:.3g}, from {', '.join(culprits)}"
        fix = "bring these correlations nearer to 0 or to each other"
        findings.append(Finding(at("correlations"), found, "correlations that can hold together", fix))
    return None if len(findings) > known else np.ascontiguousarray(np.linalg.cholesky(matrix))


def _streams(
    machines: Sequence[MachineSpec],
    launches: Sequence[tuple[int, SuccessorSpec]],
    findings: list[Finding],
    at: At,
) -> Ints | None:
    """Stream numbers: factors, regime, mixing, machines, launches. Names decide, never positions."""
    names = [f"market/{factor}" for factor in FACTORS] + ["market/regime", "market/mixing"]
    names += [f"market/machine/{machine.name}" for machine in machines]
    names += [f"market/machine/{machines[g].name}/launch/{successor.name}" for g, successor in launches]
    if len(set(names)) < len(names):
        return None
    try:
        return stream_ids(names).astype(np.int64)
    except ValueError as error:
        findings.append(Finding(at("machines"), str(error), "names with different random streams", "rename one"))
        return None


def _one(value: float) -> Floats:
    return np.array([value], dtype=np.float64)


def _cycle(parts: Parts, spec: MarketSpec) -> Columns:
    """Law of the compute cycle and its long run."""
    compute, regimes = parts.compute, parts.compute.regimes
    level, leave, shortage = np.zeros(2), np.zeros(2), 0.0
    if regimes is not None:
        level = np.array([regimes.glut_level, regimes.shortage_level])
        rates = np.array([regimes.into_shortage, regimes.into_glut])
        total = rates.sum()
        leave = rates / total * -np.expm1(-total / 12.0) if total > 0.0 else np.zeros(2)
        shortage = regimes.shortage_probability
    pull, noise = monthly(compute.speed, compute.volatility)
    settled = float(leave[GLUT] / leave.sum()) if leave.sum() > 0.0 else shortage
    deviation = settled_deviation(pull, noise, float(level[SHORTAGE] - level[GLUT]), leave)
    degrees = 0 if spec.shock_degrees == "gaussian" else spec.shock_degrees
    return {
        "degrees": np.array([degrees], dtype=np.int64),
        "cycle_level": level,
        "cycle_leave": leave,
        "cycle_start": _one(compute.start),
        "cycle_shortage": _one(shortage),
        "cycle_pull": _one(pull),
        "cycle_noise": _one(noise),
        "cycle_mean": _one(float(level[GLUT] * (1.0 - settled) + level[SHORTAGE] * settled)),
        "cycle_deviation": _one(deviation if deviation > 0.0 else 1.0),
    }


def _prices(parts: Parts, grid: TimeGrid) -> Columns:
    """SOFR, spread, power, realisation."""
    short_rate, credit, power = parts.short_rate, parts.credit, parts.power
    curve = np.array(short_rate.curve, dtype=np.float64)
    year = np.maximum(np.arange(grid.months + 1) - 1, 0) // 12
    rate_pull, rate_noise = monthly(short_rate.speed, short_rate.volatility)
    spread_pull, spread_noise = monthly(credit.speed, credit.volatility)
    power_pull, power_noise = monthly(power.speed, power.volatility)
    return {
        "rate_curve": curve[np.minimum(year, curve.size - 1)],
        "rate_pull": _one(rate_pull),
        "rate_noise": _one(abs(rate_noise)),
        "spread_level": _one(np.log(credit.level)),
        "spread_start": _one(np.log(credit.start)),
        "spread_pull": _one(spread_pull),
        "spread_noise": _one(spread_noise),
        "spread_shut": _one(np.log(credit.shut_above)),
        "power_price": _one(power.price),
        "power_pull": _one(power_pull),
        "power_noise": _one(power_noise),
    }


def _machines(machines: Sequence[MachineSpec], parts: Parts, rigs: Mining | None) -> Columns:
    """Rent at month 0 with the cycle taken out, drift, loading and own noise; a rig's are those of the hashprice."""
    compute, hours = parts.compute, [machine.kind == "gpu" for machine in machines]
    loading = np.array([machine.compute_loading if machine.kind == "gpu" else 0.0 for machine in machines])
    drift = [
        machine.age_drift
        if machine.age_drift is not None
        else (compute.age_drift if machine.successors else parts.lone_drift)
        for machine in machines
    ]
    own = [compute.idiosyncratic if item.idiosyncratic is None else item.idiosyncratic for item in machines]
    rental = np.log([machine.rental or 1.0 for machine in machines]) - loading * compute.start
    pull = monthly(compute.speed, compute.volatility)[0]
    columns = {
        "rental": rental,
        "drift": np.array(drift, dtype=np.float64) / 12.0,
        "loading": loading,
        "noise": np.array([monthly(compute.speed, volatility)[1] for volatility in own], dtype=np.float64),
        "pull": np.full(len(machines), pull),
        "deviation_start": loading * compute.start,
        "hashrate": np.array([machine.hashrate or 0.0 for machine in machines], dtype=np.float64),
        "realisation": np.array([_realised(machine, parts) for machine in machines], dtype=np.float64),
    }
    for g, is_hourly in enumerate(hours):
        if not is_hourly and rigs is not None:
            columns["rental"][g] = np.log(columns["hashrate"][g] / 24000.0) + rigs.rental
            for name in ("drift", "noise", "pull", "deviation_start"):
                columns[name][g] = getattr(rigs, name)
    return columns


def _realised(machine: MachineSpec, parts: Parts) -> float:
    """Share of the posted rent that is got: a rig's pool pays whatever its fee leaves."""
    if machine.realisation is not None:
        return machine.realisation
    return parts.realisation if machine.kind == "gpu" else 1.0


def _launches(launches: Sequence[tuple[int, SuccessorSpec]], grid: TimeGrid) -> Columns:
    """Dates in months and sizes of the successors, in machine order."""
    items = [successor for _, successor in launches]

    def column(values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)

    return {
        "launch_machine": np.array([g for g, _ in launches], dtype=np.int64),
        "launch_announcement": column([float(grid.month_of(item.announcement)) for item in items]),
        "launch_availability": column([float(grid.month_of(item.availability)) for item in items]),
        "launch_deviation": column([float(item.date_uncertainty) for item in items]),
        "launch_drop": column([item.rent_drop for item in items]),
        "launch_drop_deviation": column([item.rent_drop_uncertainty for item in items]),
        "launch_ramp": column([float(max(item.ramp, 1)) for item in items]),
    }

"""How fast the engine is, against NumPy and in one run.  Prints; never fails a build for being slow.

Call with term sheets, or without for the two below.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import llvmlite.binding
import numpy_baseline

from halflife.engine.resolve import Deal, resolve
from halflife.engine.run import walk
from halflife.engine.system import SystemSpec
from halflife.foundation.document import read_document
from halflife.foundation.spec import validate_tree
from halflife.results.record import Axis

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
DEALS = (EXAMPLES / "coreweave-ddtl-4.0.yaml", EXAMPLES / "full-feature.yaml")
PATHS, BASELINE_PATHS, MANY, SEED, ROUNDS, THREADS = 10_000, 4_000, 1_000_000, 7, 5, 2


def load(path: Path) -> tuple[Deal, Axis]:
    """Read and resolve a term sheet."""
    document = read_document(path)
    deal = resolve(validate_tree(SystemSpec, document.tree(), document), document)
    names, plan = deal.names, deal.plan
    owners = (plan.waterfall.facility_borrower, plan.covenants.borrower, plan.waterfall.step_borrower)
    return deal, Axis(
        names.borrowers,
        names.facilities,
        names.covenants,
        names.machines,
        names.parties,
        names.fleets,
        names.accounts,
        names.steps,
        *(tuple(int(owner) for owner in column) for column in owners),
    )


def time_engine(deal: Deal, axis: Axis, threads: int) -> tuple[float, float]:
    """Return wall and processor seconds of one walk."""
    wall, cpu = perf_counter(), process_time()
    walk([deal.plan], axis, paths=PATHS, seed=SEED, threads=threads)
    return perf_counter() - wall, process_time() - cpu


def compare(path: Path) -> None:
    """Time the engine and the baseline by turns and print both."""
    deal, axis = load(path)
    wall, _ = time_engine(deal, axis, THREADS)
    print(
        f"\n{path.stem}: {PATHS:,} paths, {deal.plan.last_maturity} months to the last maturity and "
        f"{deal.plan.months - deal.plan.last_maturity} of workout at most; first call {wall:.1f} s"
    )
    walls, single, baseline = [], [], []
    for _ in range(ROUNDS):
        walls.append(time_engine(deal, axis, THREADS)[0])
        single.append(time_engine(deal, axis, 1)[1])
        baseline.append(numpy_baseline.walk(deal.plan, BASELINE_PATHS, SEED) * PATHS / BASELINE_PATHS)
    work = PATHS * deal.plan.last_maturity * len(axis.borrowers)
    print(f"  engine, {THREADS} threads    {1e3 * min(walls):8.1f} ms wall (best of {ROUNDS})")
    print(
        f"  engine, one core     {1e3 * median(single):8.1f} ms   {work / median(single) / 1e6:6.1f} M "
        "path-borrower-months/s (months to the last maturity)"
    )
    print(f"  NumPy rows, one core {1e3 * median(baseline):8.1f} ms   {work / median(baseline) / 1e6:6.1f} M")
    ratios = sorted(slow / fast for slow, fast in zip(baseline, single, strict=True))
    print(f"  ratio per core       {median(ratios):8.1f}      ({ratios[0]:.1f} to {ratios[-1]:.1f})")


def weigh(path: Path) -> None:
    """Walk a million paths and print time and peak memory: called in a process of its own."""
    deal, axis = load(path)
    begun = perf_counter()
    walk([deal.plan], axis, paths=MANY, seed=SEED, threads=THREADS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"\n{path.stem}: {MANY:,} paths in {perf_counter() - begun:.1f} s, peak memory {peak / 1e9:.2f} GB")


def main(arguments: list[str]) -> None:
    """Print the machine, the comparison of every deal, and the memory of a large run."""
    if arguments[:1] == ["--memory"]:
        weigh(Path(arguments[1]))
        return
    deals = [Path(argument) for argument in arguments] or list(DEALS)
    print(f"{llvmlite.binding.get_host_cpu_name()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    for path in deals:
        compare(path)
    sys.stdout.flush()
    subprocess.run([sys.executable, __file__, "--memory", str(deals[0])], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""How fast a system of many borrowers is walked with feedback, and whether the cost is linear.  Prints; never fails.

Call with the number of paths of the largest system, or without for 2,000.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
from time import perf_counter, process_time

import llvmlite.binding

from halflife.engine.resolve import resolve
from halflife.engine.run import walk
from halflife.study.book import Recipe, generate_spec
from halflife.study.run import axis_of

SIZES = (10, 100, 300, 1_000)
SEED, LENDERS, MONTHS, PATHS = 7, 60, 60, 2_000


def time_system(borrowers: int, paths: int) -> None:
    """Walk a synthetic system with every channel on and print what a path of a borrower costs a month."""
    deal = resolve(generate_spec(Recipe(borrowers=borrowers, lenders=LENDERS, seed=SEED, months=MONTHS)))
    axis, months = axis_of(deal), deal.plan.months
    walk([deal.plan], axis, paths=8, seed=SEED)
    wall, cpu = perf_counter(), process_time()
    walk([deal.plan], axis, paths=paths, seed=SEED)
    wall, cpu = perf_counter() - wall, process_time() - cpu
    work = borrowers * paths * months
    print(
        f"  {borrowers:5,} borrowers x {months} months x {paths:6,} paths  {wall:7.2f} s wall  "
        f"{cpu:7.2f} s on all cores  {1e9 * cpu / work:6.1f} ns a borrower, month and path"
    )


def main() -> None:
    """Print the machine, the line over borrowers and paths, and the memory at the peak."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else PATHS
    print(f"{llvmlite.binding.get_host_cpu_name()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    for borrowers in SIZES:
        time_system(borrowers, PATHS if borrowers < SIZES[-1] else most)
    time_system(SIZES[1], 2 * PATHS)
    print(f"  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB at the peak, compiler included")


if __name__ == "__main__":
    main()

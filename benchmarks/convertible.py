"""How fast notes and joint defaults are priced, warm.  Prints; never fails a build for being slow."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from statistics import median
from time import perf_counter

import llvmlite.binding
import numpy as np

from halflife.instruments import joint_default, merton, pooled_collateral
from halflife.instruments.convertible import STEPS, Call, Note, Put, Share, split_tree

ROUNDS = 100
SHARE = Share(50.0, 0.6)
PLAIN = Note(1_000.0, 62.5, 5.0, coupon=0.03)
FULL = PLAIN._replace(calls=(Call(2.0, 5.0, 1_000.0, 81.25),), puts=(Put(3.0, 1_000.0),))
COINS, MACHINES = pooled_collateral.Holding(100.0, 0.0, 0.65), pooled_collateral.Holding(100.0, -0.3, 0.35)
EQUITY = np.linspace(1.0, 5.0, 1_000)

TIMED: dict[str, Callable[[], object]] = {
    f"convertible note, split tree of {STEPS} steps": lambda: split_tree(PLAIN, SHARE, 0.05, 0.06),
    "the same with a soft call and a put": lambda: split_tree(FULL, SHARE, 0.05, 0.06),
    "joint default, Gaussian": lambda: joint_default.gaussian(0.02, 0.05, 0.3),
    "joint default, Student t": lambda: joint_default.student(0.02, 0.05, 0.3, 4.0),
    "joint first passage": lambda: joint_default.first_passages(1.5, 2.0, 0.4),
    "pooled collateral, Gaussian": lambda: pooled_collateral.pooled(COINS, MACHINES, 110.0, 0.35, 1.0),
    "pooled collateral, Student t": lambda: pooled_collateral.pooled(COINS, MACHINES, 110.0, 0.35, 1.0, 4.0),
    f"assets of {len(EQUITY):,} firms from their equity": lambda: merton.calibrate(EQUITY, 0.6, 4.0, 0.05, 1.0),
}


def main() -> None:
    """Print the machine and the milliseconds of each, best and median."""
    print(f"{llvmlite.binding.get_host_cpu_name()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    for name, call in TIMED.items():
        call()
        taken = []
        for _ in range(ROUNDS):
            begun = perf_counter()
            call()
            taken.append(1e3 * (perf_counter() - begun))
        print(f"  {name:<48} {min(taken):8.3f} ms best, {median(taken):8.3f} ms median of {ROUNDS}")


if __name__ == "__main__":
    main()

"""How fast the closed forms of portfolio credit are, warm.  Prints; never fails a build for being slow."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from statistics import median
from time import perf_counter

import llvmlite.binding
import numpy as np

from halflife.instruments import copula, creditriskplus, pool_losses, tranches

NAMES, UNIT, RATE, ROUNDS = 100, 0.006, 0.05, 100
PDS = np.linspace(0.01, 0.1, NAMES)
YEARS = np.arange(1, 21) / 4
CURVES = 1.0 - (1.0 - PDS) ** (YEARS[:, None] / YEARS[-1])


def tranche(attachment: float, detachment: float, correlation: float = 0.3) -> object:
    return tranches.pool_tranche_loss(copula.gaussian(PDS, correlation), UNIT, attachment, detachment)


def spread(attachment: float, detachment: float) -> object:
    loss = tranches.pool_tranche_loss(copula.gaussian(CURVES, 0.3), UNIT, attachment, detachment)
    return tranches.tranche_legs(YEARS, loss, RATE).par_spread


def claims() -> object:
    pool = creditriskplus.on_lattice(np.linspace(1.0, 100.0, 1000), np.full(1000, 0.01), 1.0, 0.25)
    return creditriskplus.loss_distribution(pool)


TIMED: dict[str, Callable[[], object]] = {
    f"{NAMES} different names, 3-6 % tranche, one date": lambda: tranche(0.03, 0.06),
    f"{NAMES} different names, 10-100 % tranche, one date": lambda: tranche(0.10, 1.0),
    f"{NAMES} different names, whole distribution": lambda: pool_losses.pool_losses(copula.gaussian(PDS, 0.3)),
    f"{NAMES} different names, 3-6 % par spread, 20 dates": lambda: spread(0.03, 0.06),
    "1,000 loans, CreditRisk+ by Fourier transform": claims,
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
        print(f"  {name:<55} {min(taken):8.3f} ms best, {median(taken):8.3f} ms median of {ROUNDS}")


if __name__ == "__main__":
    main()

"""Our elementary functions against scipy, over the whole range."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from scipy import special

from halflife.foundation import elementary
from halflife.foundation.backend import twin, twin_rows

N = 200_000
RNG = np.random.default_rng(20261123)


def spread(low, high):
    """Numbers evenly spread in the logarithm."""
    return np.exp(RNG.uniform(low, high, N))


def compiled(function):
    @numba.njit(error_model="numpy")
    def loop(x):
        y = np.empty_like(x)
        for i in range(x.size):
            y[i] = function(x[i])
        return y

    return loop


LOOPS = {name: compiled(getattr(elementary, name)) for name in
         ("exp", "log", "log1p", "normal_cdf", "normal_ppf", "normal_of_uniform")}  # fmt: skip

# name, what to compare with, where, greatest error in ulp: ours as documented plus scipy's own
CASES = [
    ("exp", np.exp, RNG.uniform(-745.2, 709.78, N), 1.5),
    ("exp", np.exp, RNG.uniform(-1, 1, N), 1.5),
    ("log", np.log, spread(-708, 709), 1.5),
    ("log", np.log, RNG.uniform(0.5, 2.0, N), 1.5),
    ("log", np.log, 1.0 + RNG.uniform(-1e-6, 1e-6, N), 1.5),
    ("log", np.log, RNG.integers(1, 2**52, N).view(np.float64), 1.5),
    ("log1p", np.log1p, spread(-700, 700), 2.5),
    ("log1p", np.log1p, -spread(-700, -1e-9), 2.5),
    ("normal_cdf", special.ndtr, RNG.uniform(-1, 9, N), 12.0),
    ("normal_ppf", special.ndtri, RNG.uniform(0, 1, N), 12.0),
    ("normal_ppf", special.ndtri, spread(-708, -0.7), 12.0),
    ("normal_ppf", special.ndtri, 0.5 + RNG.choice([-1, 1], N) * spread(-36, -1), 12.0),
    ("normal_of_uniform", special.ndtri, RNG.uniform(2.0**-53, 1 - 2.0**-53, N), 12.0),
    ("normal_of_uniform", special.ndtri, np.maximum(2.0**-53, spread(-36.7, -1)), 12.0),
]


@pytest.mark.parametrize(("name", "reference", "x", "bound"), CASES)
def test_elementary_functions_agree_with_scipy(name, reference, x, bound):
    expected = reference(x)
    error = np.abs(LOOPS[name](x) - expected) / np.spacing(np.abs(expected))
    assert error.max() <= bound, f"{error.max():.2f} ulp at {x[error.argmax()]!r}"


def test_the_lower_tail_keeps_its_digits_to_the_least_normal_float():
    x = RNG.uniform(-37.5, -5.0, N)
    expected = special.log_ndtr(x)  # scipy's ndtr itself squares x in one word and loses 1e-13 out here
    found = np.log(LOOPS["normal_cdf"](x))
    assert np.abs(found - expected).max() <= 4 * np.spacing(-expected).max()


# Phi(x) in 17 digits by mpmath 1.4.1 (erfc at 40 digits)
TAIL = [
    (-1.0, 0.15865525393145705),
    (-5.0, 2.8665157187919391e-07),
    (-10.0, 7.6198530241605261e-24),
    (-20.0, 2.7536241186062337e-89),
    (-30.0, 4.9067139271481871e-198),
    (-37.0, 5.7255712225245768e-300),
]


@pytest.mark.parametrize(("x", "expected"), TAIL)
def test_the_normal_tail_has_the_digits_of_a_table(x, expected):
    assert elementary.normal_cdf(x) == pytest.approx(expected, rel=2e-15, abs=0.0)
    assert elementary.normal_ppf(expected) == pytest.approx(x, rel=2e-15, abs=0.0)


EDGES = [
    ("exp", [0.0, math.inf, -math.inf, 709.79, -745.2], [1.0, math.inf, 0.0, math.inf, 0.0]),
    ("log", [0.0, -0.0, 1.0, math.inf, 5e-324], [-math.inf, -math.inf, 0.0, math.inf, -744.4400719213812]),
    ("log1p", [-1.0, 0.0, math.inf, 1e-300], [-math.inf, 0.0, math.inf, 1e-300]),
    ("normal_cdf", [0.0, math.inf, -math.inf, 1e300], [0.5, 1.0, 0.0, 1.0]),
    ("normal_ppf", [0.0, 0.5, 1.0, 5e-324], [-math.inf, 0.0, math.inf, -38.46740561714434]),
]


@pytest.mark.parametrize(("name", "x", "expected"), EDGES)
def test_edges_are_right(name, x, expected):
    np.testing.assert_allclose(LOOPS[name](np.array(x)), expected, rtol=1e-15, atol=0.0)


@pytest.mark.parametrize(
    ("name", "x"),
    [("exp", [np.nan]), ("log", [np.nan, -1.0, -np.inf]), ("log1p", [np.nan, -1.1]), ("normal_cdf", [np.nan]),
     ("normal_ppf", [np.nan, -0.1, 1.1])],
)  # fmt: skip
def test_what_is_not_a_number_stays_so(name, x):
    assert np.isnan(LOOPS[name](np.array(x))).all()


@pytest.mark.parametrize(("name", "reference", "x", "bound"), CASES)
def test_the_twin_gives_the_same_bits(name, reference, x, bound):
    with twin_rows(x.size):
        rows = twin(getattr(elementary, name))(x)
    np.testing.assert_array_equal(LOOPS[name](x), rows)


def test_the_quantile_never_decreases():
    p = np.sort(np.concatenate([RNG.uniform(0.074, 0.076, 2000), RNG.uniform(2e-16, 3e-16, 2000)]))
    z = LOOPS["normal_ppf"](p)
    assert (np.diff(z) >= -4 * np.spacing(np.abs(z[1:]))).all()


@pytest.mark.parametrize("name", ["exp", "log", "normal_cdf", "normal_of_uniform"])
def test_loops_use_wide_registers(name, wide_registers):
    LOOPS[name](np.ones(3) * 0.5)
    (assembly,) = LOOPS[name].inspect_asm().values()
    packed = [line for line in assembly.splitlines() if "mulpd" in line and wide_registers in line]
    assert len(packed) >= 10


@pytest.fixture(scope="session")
def wide_registers():
    """Name of this machine's vector registers."""
    features = numba.core.codegen.get_host_cpu_features()
    if "+avx512f" in features:
        return "zmm"
    if "+avx2" in features:
        return "ymm"
    return pytest.skip("no AVX on this machine: nothing to look for")

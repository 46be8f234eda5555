"""Counter-based random numbers: known answers, distribution, and independence of order."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from scipy import stats

from halflife.foundation import streams
from halflife.foundation.backend import lane_of, twin, twin_rows

LOW, HIGH = streams.seed_words(2026)
PATHS = np.arange(20_000, dtype=np.uint64)
MONTHS = 6

# Random123 1.14, tests/kat_vectors, "philox4x32 10": counter and key, then the answer
KNOWN = [
    ([0] * 6, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([0xFFFFFFFF] * 6, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0],
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]


@numba.njit(error_model="numpy")
def lanes_of_normals(z, paths, month, ids, low, high):
    streams.fill_normals(z, paths, month, ids, low, high)


@numba.njit(error_model="numpy")
def lanes_of_uniforms(u, paths, month, ids, low, high):
    streams.fill_uniforms(u, paths, month, ids, low, high)


@numba.njit(error_model="numpy")
def lanes_of_chi_square(x, paths, month, stream, half_degrees, low, high):
    streams.fill_chi_square_even(x, paths, month, stream, half_degrees, low, high)


def normals(names, month, paths=PATHS, low=LOW, high=HIGH):
    ids = streams.stream_ids(names)
    z = np.empty((ids.size, paths.size))
    lanes_of_normals(z, paths, np.uint64(month), ids, low, high)
    return z


def chi_square(half_degrees, month=3):
    x = np.empty(PATHS.size)
    lanes_of_chi_square(x, PATHS, np.uint64(month), np.uint64(9), half_degrees, LOW, HIGH)
    return x


@pytest.mark.parametrize(("counter_and_key", "answer"), KNOWN)
def test_philox_gives_the_known_answers(counter_and_key, answer):
    words = np.array(counter_and_key, dtype=np.uint64)
    assert [int(word) for word in streams.philox(*words)] == answer
    with twin_rows(1):
        assert [int(word) for word in twin(streams.philox)(*words)] == answer


@pytest.mark.parametrize("month", [0, 1, 65_535])
def test_the_twin_draws_the_same_bits(month):
    ids = streams.stream_ids(["rental", "power"])
    row = lane_of(PATHS)
    compiled = normals(["rental", "power"], month)
    with twin_rows(PATHS.size):
        z = np.empty((2, 1), dtype=object)
        twin(streams.fill_normals)(z, row, np.uint64(month), ids, LOW, HIGH)
        x = np.empty(1, dtype=object)
        twin(streams.fill_chi_square_even)(x, row, np.uint64(month), np.uint64(9), 3, LOW, HIGH)
    np.testing.assert_array_equal(np.stack(list(z[:, 0])), compiled)
    np.testing.assert_array_equal(x[0], chi_square(3, month))


def test_a_path_draws_the_same_wherever_it_walks():
    later = normals(["rental"], 4, paths=PATHS[777:900])
    np.testing.assert_array_equal(later[0], normals(["rental"], 4)[0, 777:900])


def test_a_stream_does_not_notice_its_neighbours():
    alone = normals(["rental"], 4)
    among = normals(["power", "rental", "bitcoin"], 4)
    np.testing.assert_array_equal(alone[0], among[1])


def test_paths_beyond_32_bits_are_different_paths():
    near, far = (normals(["rental"], 0, paths=PATHS[:50] + np.uint64(shift)) for shift in (0, 2**32))
    assert not np.isin(near, far).any()


def test_uniforms_stay_inside_and_are_odd_multiples_of_half_a_step():
    u = np.empty((1, PATHS.size))
    lanes_of_uniforms(u, PATHS, np.uint64(1), streams.stream_ids(["default"]), LOW, HIGH)
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert (u * 2.0**53 % 2 == 1).all()
    assert stats.kstest(u[0], "uniform").pvalue > 0.001


def test_normals_are_the_quantiles_of_the_uniforms():
    u = np.empty((1, PATHS.size))
    lanes_of_uniforms(u, PATHS, np.uint64(1), streams.stream_ids(["rental"]), LOW, HIGH)
    np.testing.assert_allclose(normals(["rental"], 1)[0], stats.norm.ppf(u[0]), rtol=1e-14)


def test_moments_of_normals_are_within_four_standard_errors():
    z = np.stack([normals(["rental", "power", "bitcoin"], month) for month in range(MONTHS)]).ravel()
    n = z.size
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((z**power).mean() - moment) < 4 * np.sqrt(variance / n)


def test_streams_months_paths_and_seeds_are_uncorrelated():
    here = normals(["rental", "power"], 2)
    others = {
        "stream": here[1],
        "pair": normals(["rental"], 3)[0],
        "month": normals(["rental"], 4)[0],
        "seed": normals(["rental"], 2, low=LOW + np.uint64(1))[0],
        "path": np.roll(here[0], 1),
    }
    bound = 4 / np.sqrt(PATHS.size)
    correlations = {name: np.corrcoef(here[0], other)[0, 1] for name, other in others.items()}
    squares = {name: np.corrcoef(here[0] ** 2, other**2)[0, 1] for name, other in others.items()}
    assert all(abs(value) < bound for value in correlations.values()), correlations
    assert all(abs(value) < bound for value in squares.values()), squares


@pytest.mark.parametrize("half_degrees", [1, 2, 3, 16])
def test_chi_squares_have_their_distribution(half_degrees):
    x = chi_square(half_degrees)
    degrees = 2 * half_degrees
    assert abs(x.mean() - degrees) < 4 * np.sqrt(2 * degrees / x.size)
    assert stats.kstest(x, "chi2", args=(degrees,)).pvalue > 0.001


def test_names_of_streams_are_stable():
    assert streams.stream_id("market/rental") == 0xBDD46D92


def test_two_streams_never_share_a_name():
    with pytest.raises(ValueError, match="collide"):
        streams.stream_ids(["rental", "power", "rental"])


def test_two_names_never_share_a_stream(monkeypatch):
    monkeypatch.setattr(streams, "stream_id", lambda name: 7)
    with pytest.raises(ValueError, match="'rental' and 'power'"):
        streams.stream_ids(["rental", "power"])


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_that_does_not_fit_is_refused(seed):
    with pytest.raises(ValueError, match="seed"):
        streams.seed_words(seed)


def test_both_words_of_the_seed_matter():
    low, high = streams.seed_words(2**40 + 5)
    assert (int(low), int(high)) == (5, 256)


def test_drawing_normals_uses_wide_registers():
    normals(["rental"], 0)
    (assembly,) = lanes_of_normals.inspect_asm().values()
    features = numba.core.codegen.get_host_cpu_features()
    if "+avx2" not in features:
        pytest.skip("no AVX2 on this machine: nothing to look for")
    register = "zmm" if "+avx512dq" in features else "ymm"
    for instruction in ("vpmuludq", "vmulpd", "vdivpd", "vsqrtpd"):
        lines = [line for line in assembly.splitlines() if instruction in line and register in line]
        assert lines, f"no {instruction} on {register}"

"""Counter-based random numbers: any path, month and stream can be drawn anywhere, in any order.

Philox4x32-10 turns a 128-bit counter and a 64-bit key into four 32-bit words. The key is the seed; the
counter is (path low, path high, month and draw, stream). There is no state, so scenarios share their
numbers and a path can be replayed alone. Words are carried as uint64 holding 32 bits.

References
----------
Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from halflife.foundation.backend import Number, Word, kernel, where, word_float
from halflife.foundation.elementary import log, normal_of_uniform

_MASK = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)

_TWENTY = np.uint64(20)
_TWELVE = np.uint64(12)
_ONE = np.uint64(0x3FF0000000000000)  # the bits of 1.0
_ONE_LESS_HALF_STEP = 1.0 - 2.0**-53
_DRAW = np.uint64(16)
_SINGLE = np.uint64(1)


@kernel
def _round(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Take two 32 x 32 -> 64 bit products, cross their halves, mix in counter and key."""
    product_0 = _MULTIPLIER_0 * (c0 & _MASK)
    product_1 = _MULTIPLIER_1 * (c2 & _MASK)
    high_0 = product_0 >> _HALF
    high_1 = product_1 >> _HALF
    return high_1 ^ c1 ^ k0, product_1 & _MASK, high_0 ^ c3 ^ k1, product_0 & _MASK


@kernel
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Philox4x32 with ten rounds.

    Parameters
    ----------
    c0, c1, c2, c3 : uint64 below 2**32
        The counter.
    k0, k1 : uint64 below 2**32
        The key.

    Returns
    -------
    four words : uint64 below 2**32

    References
    ----------
    Salmon et al. (2011), section 3.3; known answers in tests/unit/foundation/test_streams.py.
    """
    a0, a1, a2, a3 = _round(c0, c1, c2, c3, k0, k1)
    k0 = (k0 + _WEYL_0) & _MASK
    k1 = (k1 + _WEYL_1) & _MASK
    a0, a1, a2, a3 = _round(a0, a1, a2, a3, k0, k1)
    k0 = (k0 + _WEYL_0) & _MASK
    k1 = (k1 + _WEYL_1) & _MASK
    a0, a1, a2, a3 = _round(a0, a1, a2, a3, k0, k1)
    k0 = (k0 + _WEYL_0) & _MASK
    k1 = (k1 + _WEYL_1) & _MASK
    a0, a1, a2, a3 = _round(a0, a1, a2, a3, k0, k1)
    k0 = (k0 + _WEYL_0) & _MASK
    k1 = (k1 + _WEYL_1) & _MASK
    a0, a1, a2, a3 = _round(a0, a1, a2, a3, k0, k1)
    k0 = (k0 + _WEYL_0) & _MASK
    k1 = (k1 + _WEYL_1) & _MASK
    a0, a1, a2, a3 = _round(a0, a1, a2, a3, k0, k1)
    k0 = (k0 + _WEYL_0) & _MASK
    k1 = (k1 + _WEYL_1) & _MASK
    a0, a1, a2, a3 = _round(a0, a1, a2, a3, k0, k1)
    k0 = (k0 + _WEYL_0) & _MASK
    k1 = (k1 + _WEYL_1) & _MASK
    a0, a1, a2, a3 = _round(a0, a1, a2, a3, k0, k1)
    k0 = (k0 + _WEYL_0) & _MASK
    k1 = (k1 + _WEYL_1) & _MASK
    a0, a1, a2, a3 = _round(a0, a1, a2, a3, k0, k1)
    k0 = (k0 + _WEYL_0) & _MASK
    k1 = (k1 + _WEYL_1) & _MASK
    return _round(a0, a1, a2, a3, k0, k1)


@kernel
def _open_uniform(high: Word, low: Word) -> Number:
    """Read 52 bits of two words as the middle of one of 2**52 equal parts of (0, 1)."""
    return word_float(_ONE | (high << _TWENTY) | (low >> _TWELVE)) - _ONE_LESS_HALF_STEP


@kernel
def uniforms(path: Word, month: Word, stream: Word, seed_low: Word, seed_high: Word) -> tuple[Number, Number]:
    """Draw two independent uniforms.

    Parameters
    ----------
    path : uint64
        Which path.
    month : uint64 below 2**32
        Which month; `draw_of_month` makes room for several draws in one month.
    stream : uint64 below 2**32
        Which shock, from `stream_id`.
    seed_low, seed_high : uint64 below 2**32
        The seed, from `seed_words`.

    Returns
    -------
    two numbers
        ``(2 m + 1) / 2**53`` for a whole ``m`` below 2**52: never 0 and never 1, exact, symmetric about 1/2.
    """
    w0, w1, w2, w3 = philox(path & _MASK, path >> _HALF, month, stream, seed_low, seed_high)
    return _open_uniform(w0, w1), _open_uniform(w2, w3)


@kernel
def normals(path: Word, month: Word, stream: Word, seed_low: Word, seed_high: Word) -> tuple[Number, Number]:
    """Draw two independent standard normals by inverting `uniforms` (same parameters).

    Returns
    -------
    two numbers
        Standard normals within 8.2 of zero, increasing in their uniform.
    """
    u0, u1 = uniforms(path, month, stream, seed_low, seed_high)
    return normal_of_uniform(u0), normal_of_uniform(u1)


@kernel
def normal(path: Word, month: Word, stream: Word, seed_low: Word, seed_high: Word) -> Number:
    """Draw the first of `normals` alone (same parameters)."""
    return normal_of_uniform(uniforms(path, month, stream, seed_low, seed_high)[0])


@kernel
def draw_of_month(month: Word, draw: Word) -> Word:
    """Pack month (below 65,536) and draw within the month into one counter word, both uint64."""
    return month | (draw << _DRAW)


@kernel
def fill_normals(z: Any, paths: Any, month: Word, streams: Any, seed_low: Word, seed_high: Word) -> None:
    """Fill a row of standard normals for every stream.

    Parameters
    ----------
    z : [stream, lane]
        Overwritten; row ``i`` belongs to ``streams[i]``.
    paths : [lane], uint64
        Which path each lane walks.
    month : uint64 below 65,536
        Which month. An even month takes the first normal of its pair's counter, the odd month after it the
        second, so nothing is thrown away and a row does not depend on which other streams exist.
    streams : [stream], uint64
        From `stream_ids`.
    seed_low, seed_high : uint64
        From `seed_words`.
    """
    pair = month >> _SINGLE
    second = (month & _SINGLE) == _SINGLE
    for i in range(streams.size):
        for k in range(z.shape[-1]):
            u0, u1 = uniforms(paths[k], pair, streams[i], seed_low, seed_high)
            z[i, k] = normal_of_uniform(where(second, u1, u0))


@kernel
def fill_uniforms(u: Any, paths: Any, month: Word, streams: Any, seed_low: Word, seed_high: Word) -> None:
    """Fill a row of open uniforms for every stream (parameters as in `fill_normals`)."""
    pair = month >> _SINGLE
    second = (month & _SINGLE) == _SINGLE
    for i in range(streams.size):
        for k in range(u.shape[-1]):
            u0, u1 = uniforms(paths[k], pair, streams[i], seed_low, seed_high)
            u[i, k] = where(second, u1, u0)


@kernel
def fill_chi_square_even(
    x: Any, paths: Any, month: Word, stream: Word, half_degrees: int, seed_low: Word, seed_high: Word
) -> None:
    """Fill one row with chi-square numbers of an even number of degrees of freedom.

    Parameters
    ----------
    x : [lane]
        Overwritten.
    paths, month, stream, seed_low, seed_high
        As in `fill_normals`, one stream.
    half_degrees : whole number, 1 to 16
        Half of the degrees of freedom.

    Notes
    -----
    ``-2 ln(u_1 ... u_n)`` with ``n = half_degrees``: a sum of exponentials. The product of 16 uniforms is at
    least 2**-848, so one logarithm serves. Draw ``j`` of the month gives factors ``2 j`` and ``2 j + 1``.
    """
    for k in range(x.shape[-1]):
        x[k] = 1.0
    for j in range((half_degrees + 1) // 2):
        counter = draw_of_month(month, np.uint64(j))
        paired = 2 * j + 1 < half_degrees
        for k in range(x.shape[-1]):
            u0, u1 = uniforms(paths[k], counter, stream, seed_low, seed_high)
            x[k] = x[k] * u0 * where(paired, u1, 1.0)
    for k in range(x.shape[-1]):
        x[k] = -2.0 * log(x[k])


def stream_id(name: str) -> int:
    """Name a stream of random numbers.

    Parameters
    ----------
    name : str
        For example ``"market/crypto/BTC"``. The same name gives the same numbers in every scenario.

    Returns
    -------
    int
        32 bits: BLAKE2b of the UTF-8 name, cut to four bytes, little end first.
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little")


def stream_ids(names: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Name several streams and make sure that they differ.

    Parameters
    ----------
    names : iterable of str
        In the order of the rows they fill.

    Returns
    -------
    [stream], uint64
        `stream_id` of each name.

    Raises
    ------
    ValueError
        If a name comes twice, or two names share an identifier.
    """
    seen: dict[int, str] = {}
    for name in names:
        number = stream_id(name)
        if number in seen:
            raise ValueError(f"random streams {seen[number]!r} and {name!r} collide; rename one")
        seen[number] = name
    return np.array(list(seen), dtype=np.uint64)


def seed_words(seed: int) -> tuple[np.uint64, np.uint64]:
    """Split a seed into the two words of the key.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.

    Returns
    -------
    low, high : uint64 below 2**32

    Raises
    ------
    ValueError
        If the seed does not fit.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed {seed} is not in [0, 2**64)")
    return np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)

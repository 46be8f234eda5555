"""Elementary functions written with ``+ - * /``, `where`, `sqrt` and bits, so that both back ends agree.

No library call: one call to libm keeps a lane loop scalar, and libm differs between machines.
Errors are in ulp against a correctly rounded value, measured over the ranges named in each docstring.
"""

from __future__ import annotations

from halflife.foundation.backend import (
    Condition,
    Number,
    absolute,
    bits_float,
    float_bits,
    kernel,
    maximum,
    minimum,
    sqrt,
    where,
)

INFINITY = float("inf")
NAN = float("nan")

_SHIFT = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number held in the low bits
_SHIFT_BITS = 0x4338000000000000
_LOG2E = 1.4426950408889634
_LN2_HIGH = 0.6931471803691238  # 33 leading bits of ln 2: times a whole number below 2**20 it is exact
_LN2_LOW = 1.9082149292705877e-10
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_LEAST_NORMAL = 2.0**-1022
_LEAST_DENORMAL = 5e-324
_TWO_54 = 2.0**54
_LN_TWO_54 = 37.42994775023705
_FAR = 2.3195228302435696e-16  # exp(-36): below it normal_ppf needs its third region
_HALF_STEP = 2.0**-53


@kernel
def _scale(k: Number) -> Number:
    """Two to the whole power `k`, for -1022 <= k <= 1023."""
    return bits_float((float_bits(k + _SHIFT) - _SHIFT_BITS + 1023) << 52)


@kernel
def exp(x: Number) -> Number:
    """Exponential function.

    Parameters
    ----------
    x : number
        Any float64.

    Returns
    -------
    number
        ``e**x``; infinity above 709.79, denormal below -708.4, zero below -745.2, NaN for NaN.

    Notes
    -----
    Within 1 ulp, denormal results too. ``x = k ln 2 + r`` with ``|r| < 0.35``, a Taylor polynomial of degree
    13 in ``r`` (truncation below 5e-18), and ``2**k`` written as bits in two factors, so that a denormal
    result is rounded once.

    References
    ----------
    Cody and Waite (1980), "Software manual for the elementary functions", chapter 6.
    """
    bounded = minimum(720.0, maximum(-750.0, x))
    k = (bounded * _LOG2E + _SHIFT) - _SHIFT
    r = (bounded - k * _LN2_HIGH) - k * _LN2_LOW
    tail = 1.0 / 6227020800.0
    tail = tail * r + 1.0 / 479001600.0
    tail = tail * r + 1.0 / 39916800.0
    tail = tail * r + 1.0 / 3628800.0
    tail = tail * r + 1.0 / 362880.0
    tail = tail * r + 1.0 / 40320.0
    tail = tail * r + 1.0 / 5040.0
    tail = tail * r + 1.0 / 720.0
    tail = tail * r + 1.0 / 120.0
    tail = tail * r + 1.0 / 24.0
    tail = tail * r + 1.0 / 6.0
    tail = tail * r + 0.5
    grown = 1.0 + (r + r * r * tail)
    half = (0.5 * k + _SHIFT) - _SHIFT
    return grown * _scale(half) * _scale(k - half)


@kernel
def _log_of_normal(x: Number) -> Number:
    """Natural logarithm of a positive float64 that is not denormal, infinite or NaN."""
    shifted = (float_bits(x) - _SQRT_HALF_BITS) >> 52
    k = bits_float(shifted + _SHIFT_BITS) - _SHIFT
    f = bits_float(float_bits(x) - (shifted << 52)) - 1.0
    s = f / (2.0 + f)
    z = s * s
    tail = 0.14616661165138925
    tail = tail * z + 0.15331702840372646
    tail = tail * z + 0.18182889749845857
    tail = tail * z + 0.2222221112508142
    tail = tail * z + 0.28571428626047457
    tail = tail * z + 0.3999999999989928
    tail = tail * z + 0.666666666666667
    square = 0.5 * f * f
    return k * _LN2_HIGH - ((square - (s * (square + z * tail) + k * _LN2_LOW)) - f)


@kernel
def log(x: Number) -> Number:
    """Natural logarithm.

    Parameters
    ----------
    x : number
        Any float64, denormals too.

    Returns
    -------
    number
        ``ln x``; minus infinity at zero, infinity at infinity, NaN below zero and for NaN.

    Notes
    -----
    Within 1 ulp. ``x = 2**k (1 + f)`` with ``1 + f`` between ``sqrt(1/2)`` and ``sqrt(2)``, and
    ``ln(1 + f) = 2 atanh(f / (2 + f))``, its series replaced by a minimax polynomial of our own (4e-18).

    References
    ----------
    Cody and Waite (1980), "Software manual for the elementary functions", chapter 5.
    """
    tiny = x < _LEAST_NORMAL
    value = _log_of_normal(where(tiny, x * _TWO_54, x)) - where(tiny, _LN_TWO_54, 0.0)
    positive = where(x < INFINITY, value, x)
    return where(x > 0.0, positive, where(x == 0.0, -INFINITY, NAN))


@kernel
def log1p(x: Number) -> Number:
    """Natural logarithm of ``1 + x`` without losing a small `x`.

    Parameters
    ----------
    x : number
        At least -1.

    Returns
    -------
    number
        ``ln(1 + x)``; minus infinity at -1, NaN below.

    Notes
    -----
    Within 2 ulp. What rounding ``1 + x`` lost is given back to first order.

    References
    ----------
    Our own; the idea is in Higham (2002), "Accuracy and stability of numerical algorithms", section 1.14.1.
    """
    grown = 1.0 + x
    lost = where(grown < INFINITY, x - (grown - 1.0), 0.0)
    return log(grown) + where(grown > 0.0, lost / grown, 0.0)


@kernel
def _mills(a: Number) -> Number:
    """Upper tail probability over ``exp(-a**2 / 2)``, for 0 <= a <= 39."""
    top = 1.3846349856615618e-06
    top = top * a + 3.7230782029731656e-05
    top = top * a + 0.0004901645825545076
    top = top * a + 0.00408759113909065
    top = top * a + 0.02361441679520626
    top = top * a + 0.09767342271037953
    top = top * a + 0.2892754442803712
    top = top * a + 0.5939669749966944
    top = top * a + 0.7748197880177891
    top = top * a + 0.5
    bottom = 3.470765205112907e-06
    bottom = bottom * a + 9.332373092020734e-05
    bottom = bottom * a + 0.001232131167258834
    bottom = bottom * a + 0.010339395244079185
    bottom = bottom * a + 0.06041428412575494
    bottom = bottom * a + 0.25489037536449216
    bottom = bottom * a + 0.7818762040394756
    bottom = bottom * a + 1.7141224995787694
    bottom = bottom * a + 2.560987214889166
    bottom = bottom * a + 2.3475241368384334
    bottom = bottom * a + 1.0
    return top / bottom


@kernel
def normal_cdf(x: Number) -> Number:
    """Standard normal distribution function.

    Parameters
    ----------
    x : number
        Any float64.

    Returns
    -------
    number
        ``P(Z <= x)``; relative accuracy is kept in the lower tail down to the least normal float (-37.5).

    Notes
    -----
    Within 8 ulp from -37.5 up; below, results are denormal and off by at most 2 of the least denormal.
    ``exp(-x**2/2)`` times a minimax rational of our own in ``|x|`` (relative error 5e-17 on [0, 39]).
    ``x**2`` is carried in two words: its rounding alone would cost 1e-13 at -37.

    References
    ----------
    Our own fit; the form is Cody's (1969), "Rational Chebyshev approximations for the error function".
    """
    a = minimum(39.0, absolute(x))
    high = bits_float((float_bits(a) >> 27) << 27)
    low = a - high
    square = a * a
    lost = ((high * high - square) + 2.0 * high * low) + low * low
    tail = _mills(a) * (exp(-0.5 * square) * (1.0 - 0.5 * lost))
    return where(x == x, where(x > 0.0, 1.0 - tail, tail), x)


@kernel
def _numerator(central: Condition, t: Number) -> Number:
    """Upper polynomial of `normal_of_uniform`."""
    upper = where(central, 0.0, 3.474159386604487e-05)
    upper = upper * t + where(central, 2506.796905923426, 0.0018108893695253296)
    upper = upper * t + where(central, 33407.28231203775, 0.03219387294987596)
    upper = upper * t + where(central, 67231.07233277078, 0.2778684448964326)
    upper = upper * t + where(central, 45905.13853393117, 1.3305972018437957)
    upper = upper * t + where(central, 13728.339090274409, 3.6813530040034634)
    upper = upper * t + where(central, 1971.3038501259325, 5.758257441787373)
    upper = upper * t + where(central, 133.13294531481498, 4.618958045642921)
    return upper * t + where(central, 3.3871328727963665, 1.4234371107496837)


@kernel
def _denominator(central: Condition, t: Number) -> Number:
    """Lower polynomial of `normal_of_uniform`."""
    lower = where(central, 5222.212508809231, 2.4565313846099723e-05)
    lower = lower * t + where(central, 28710.976292815973, 0.0012413303298845731)
    lower = lower * t + where(central, 39289.45993654251, 0.020851917801443864)
    lower = lower * t + where(central, 21206.69261989902, 0.1658432768029377)
    lower = lower * t + where(central, 5392.984418174254, 0.710580252067666)
    lower = lower * t + where(central, 687.0945063178469, 1.6780800060425785)
    lower = lower * t + where(central, 42.310755492036655, 2.045197033530915)
    return lower * t + 1.0


@kernel
def normal_of_uniform(u: Number) -> Number:
    """Standard normal quantile of a uniform from `streams.uniforms`: no edges, no far tail.

    Parameters
    ----------
    u : number
        In [2**-53, 1 - 2**-53].

    Returns
    -------
    number
        `normal_ppf` of `u`.

    Notes
    -----
    Within 6 ulp. Two regions as in Wichura: ``|u - 1/2| <= 0.425`` in ``0.425**2 - (u - 1/2)**2``, else in
    ``sqrt(-ln p) - 1.6`` with ``p = min(u, 1 - u)``. The coefficients are our own minimax fits (relative
    error 7e-17 and 7e-18, the second up to ``sqrt(-ln p) = 6.1``). Coefficients are picked by lane, so one
    division serves both regions.

    References
    ----------
    Wichura (1988), "Algorithm AS 241: the percentage points of the normal distribution", Applied
    Statistics 37.
    """
    q = u - 0.5
    inside = 0.180625 - q * q
    central = inside >= 0.0
    r = sqrt(-_log_of_normal(minimum(u, 1.0 - u)))
    t = where(central, inside, r - 1.6)
    return where(central, q, where(q < 0.0, -1.0, 1.0)) * _numerator(central, t) / _denominator(central, t)


@kernel
def _far_quantile(p: Number) -> Number:
    """Minus the normal quantile of a small `p`, for ``6 <= sqrt(-ln p) <= 27.3``."""
    t = sqrt(-log(p)) - 6.0
    top = 5.943944308834477e-08
    top = top * t + 1.0472015122812567e-05
    top = top * t + 0.0005969647181241568
    top = top * t + 0.01549971756393996
    top = top * t + 0.20864451725051353
    top = top * t + 1.5074206487894322
    top = top * t + 5.5401864687560884
    top = top * t + 8.120594767905025
    bottom = 4.202993809018355e-08
    bottom = bottom * t + 7.152722882910411e-06
    bottom = bottom * t + 0.00037935327931235056
    bottom = bottom * t + 0.008703551005297681
    bottom = bottom * t + 0.09612383039898749
    bottom = bottom * t + 0.5029091683407342
    bottom = bottom * t + 1.0
    return top / bottom


@kernel
def normal_ppf(p: Number) -> Number:
    """Standard normal quantile: the inverse of `normal_cdf`.

    Parameters
    ----------
    p : number
        A probability; denormals too.

    Returns
    -------
    number
        ``z`` with ``P(Z <= z) = p``; minus and plus infinity at 0 and 1, NaN outside.

    Notes
    -----
    Within 6 ulp over all of (0, 1), denormals included: `normal_of_uniform` and a third region below
    ``exp(-36)`` (relative error 1.3e-16). Above one half the probability itself is coarse: pass ``1 - p`` and
    change the sign if you hold it more precisely.

    References
    ----------
    Wichura (1988), as for `normal_of_uniform`.
    """
    near = normal_of_uniform(minimum(maximum(p, _FAR), 1.0 - _HALF_STEP))
    inside = where(p < _FAR, -_far_quantile(maximum(p, _LEAST_DENORMAL)), near)
    edge = where(p == 0.0, -INFINITY, where(p == 1.0, INFINITY, NAN))
    return where(p > 0.0, where(p < 1.0, inside, edge), edge)

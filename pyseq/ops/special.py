"""Functions of mathematics beyond the elementary ones, in NumPy and float64, rounded to the element type in the end.

gamma       lgamma, digamma, polygamma, zeta (Hurwitz), lbeta
normal      erfc, erfinv, erfcinv, ndtri
logarithms  xlogy, xlog1py, xdivy: 0 where x is 0
"""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor, emit, numpy_kernel, record, stop_recording
from pyseq.core.errors import invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import reduce
from pyseq.ops.axes import normalized_axis
from pyseq.ops.broadcasting import broadcast_shapes


def _floating(who, x):
    x = as_tensor(x)
    if not x.dtype.is_floating:
        raise invalid_type(
            f"{who}: `x` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    return x


def _by_numpy(name, function, *inputs):
    def fill(arrays, outputs, dims, attrs):
        with np.errstate(all="ignore"):
            outputs[0][...] = function(*[np.asarray(a, "float64") for a in arrays])

    to = broadcast_shapes(*[x.shape for x in inputs], who=name)
    return emit(numpy_kernel(name, fill), inputs, ((to, inputs[0].dtype),))


# ------------------------------------------------------------------------------------------- the gamma function


def _lgamma_of_number(x):
    if x <= 0 and x == math.floor(x):
        return math.inf
    return math.lgamma(x)


_lgamma = np.vectorize(lambda x: x if x != x else _lgamma_of_number(x), otypes=["float64"])

# B_2k / (2k)!: Bernoulli numbers, for sums by Euler and Maclaurin.
_BERNOULLI = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600,
              -3617 / 10670622842880000, 43867 / 5109094217170944000)  # fmt: skip
_TERMS = 12


def _zeta(x, q):
    """sum over k of (q + k)^-x for x > 1, q > 0: some terms, then Euler and Maclaurin's formula."""
    x, q = np.broadcast_arrays(x, q)
    total = np.zeros(x.shape)
    for k in range(_TERMS):
        total = total + (q + k) ** -x
    end = q + _TERMS
    total = total + end ** (1 - x) / (x - 1) + 0.5 * end**-x
    rising, power = x.copy(), end ** (-x - 1)
    for k, b in enumerate(_BERNOULLI):
        total = total + b * rising * power
        rising = rising * (x + 2 * k + 1) * (x + 2 * k + 2)
        power = power / (end * end)
    total = np.where(x == 1, np.inf, np.where(x < 1, np.nan, total))
    at_pole = (q <= 0) & (q == np.floor(q))
    return np.where(at_pole, np.inf, np.where((q < 0) & (x != np.floor(x)), np.nan, total))


def _digamma(x):
    pole = (x <= 0) & (x == np.floor(x))
    mirrored = x <= 0.5
    y = np.where(mirrored, 1 - x, x)
    total = np.zeros_like(y)
    for _ in range(_TERMS):
        total = total - 1 / y
        y = y + 1
    total = total + np.log(y) - 0.5 / y
    power = 1 / (y * y)
    factor = power
    for k, b in enumerate(_BERNOULLI):
        total = total - b * math.factorial(2 * k + 1) * factor
        factor = factor * power
    total = np.where(mirrored, total - np.pi / np.tan(np.pi * x), total)
    return np.where(pole, np.nan, total)


def lgamma(x):
    """log |gamma(x)|."""
    x = _floating("lgamma", x)
    return record(_by_numpy("lgamma", _lgamma, x), (x,), lambda dy, needs: e.multiply(dy, digamma(x)))


def digamma(x):
    """The derivative of log gamma."""
    x = _floating("digamma", x)
    one = as_tensor(1.0, dtype=x.dtype)
    return record(_by_numpy("digamma", _digamma, x), (x,), lambda dy, needs: e.multiply(dy, polygamma(one, x)))


def polygamma(a, x):
    """The a-th derivative of digamma, for whole a >= 0 and x > 0. No gradient to a."""
    a, x = e.operands("polygamma", a, x)
    _floating("polygamma", x)

    def function(a, x):
        sign = np.where(np.mod(a, 2) == 0, -1.0, 1.0)
        known = sign * np.exp(_lgamma(a + 1)) * _zeta(a + 1, x)
        whole = (a >= 0) & (a == np.floor(a))
        return np.where(a == 0, _digamma(x), np.where(whole, known, np.nan))

    def vjp(dy, needs):
        return None, e.unbroadcast(e.multiply(dy, polygamma(e.add(a, 1.0), x)), x.shape)

    return record(_by_numpy("polygamma", function, a, x), (a, x), vjp)


def zeta(x, q):
    """Hurwitz' zeta function, the sum of (q + k)^-x over k = 0, 1, ..; x > 1. No gradient to x."""
    x, q = e.operands("zeta", x, q)
    _floating("zeta", x)

    def vjp(dy, needs):
        return None, e.unbroadcast(e.negative(e.multiply(dy, e.multiply(x, zeta(e.add(x, 1.0), q)))), q.shape)

    return record(_by_numpy("zeta", _zeta, x, q), (x, q), vjp)


def lbeta(x):
    """log of the beta function of the numbers along the last axis."""
    x = _floating("lbeta", x)
    return e.subtract(reduce.sum(lgamma(x), -1), lgamma(reduce.sum(x, -1)))


# ------------------------------------------------------------------------------------------- the normal distribution

_erfc = np.vectorize(math.erfc, otypes=["float64"])
_erf = np.vectorize(math.erf, otypes=["float64"])


def erfc(x):
    """1 - erf(x), exact where that is small."""
    x = _floating("erfc", x)

    def vjp(dy, needs):
        return e.multiply(dy, e.multiply(e.exp(e.negative(e.square(x))), -2 / math.sqrt(math.pi)))

    return record(_by_numpy("erfc", _erfc, x), (x,), vjp)


# Acklam's rational approximation of the normal quantile (relative error 1.2e-9), then two steps of Halley's method.
_A = (
    -3.969683028665376e01,
    2.209460984245205e02,
    -2.759285104469687e02,
    1.383577518672690e02,
    -3.066479806614716e01,
    2.506628277459239,
)
_B = (
    -5.447609879822406e01,
    1.615858368580409e02,
    -1.556989798598866e02,
    6.680131188771972e01,
    -1.328068155288572e01,
    1.0,
)
_C = (
    -7.784894002430293e-03,
    -3.223964580411365e-01,
    -2.400758277161838,
    -2.549732539343734,
    4.374664141464968,
    2.938163982698783,
)
_D = (7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996, 3.754408661907416, 1.0)


def _quantile(p):
    """The number under which a fraction p of the normal distribution lies, for p <= 1/2."""
    tail = np.sqrt(-2 * np.log(np.maximum(p, 5e-324)))
    x = np.polyval(_C, tail) / np.polyval(_D, tail)
    r = (p - 0.5) ** 2
    x = np.where(p < 0.02425, x, (p - 0.5) * np.polyval(_A, r) / np.polyval(_B, r))
    for _ in range(2):
        error = 0.5 * _erfc(-x / math.sqrt(2)) - p
        u = error * math.sqrt(2 * math.pi) * np.exp(0.5 * x * x)
        x = x - u / (1 + 0.5 * x * u)
    return np.where(p == 0, -np.inf, x)


def _erfinv(y):
    """By the smaller tail, in which no digits are lost; near 0 by Newton's method on erf itself."""
    size = np.abs(y)
    x = -_quantile(0.5 * (1 - np.minimum(size, 1))) / math.sqrt(2)
    for _ in range(2):
        step = (_erf(x) - size) * (math.sqrt(math.pi) / 2) * np.exp(x * x)
        x = np.where(size < 0.5, x - step, x)
    return np.where(size > 1, np.nan, np.where(size == 1, np.copysign(np.inf, y), np.copysign(x, y)))


def _ndtri(p):
    x = np.where(p <= 0.5, _quantile(np.minimum(p, 0.5)), -_quantile(np.minimum(1 - p, 0.5)))
    return np.where((p < 0) | (p > 1), np.nan, x)


def erfinv(x):
    """The inverse of erf; infinite at -1 and 1, NaN outside."""
    x = _floating("erfinv", x)
    y = _by_numpy("erfinv", _erfinv, x)
    return record(y, (x,), lambda dy, needs: e.multiply(dy, e.multiply(e.exp(e.square(y)), math.sqrt(math.pi) / 2)))


def erfcinv(x):
    """The inverse of erfc."""
    x = _floating("erfcinv", x)
    return e.multiply(ndtri(e.multiply(x, 0.5)), -math.sqrt(0.5))


def ndtri(x):
    """The number under which a fraction x of the normal distribution lies."""
    x = _floating("ndtri", x)
    y = _by_numpy("ndtri", _ndtri, x)
    return record(
        y,
        (x,),
        lambda dy, needs: e.multiply(dy, e.multiply(e.exp(e.multiply(e.square(y), 0.5)), math.sqrt(2 * math.pi))),
    )


# ------------------------------------------------------------------------------------------- 0 where x is 0


def _at_zero(who, x, y, function):
    """function(x, y), 0 where x is 0, whatever y is there."""
    x, y = e.operands(who, x, y)
    _floating(who, x)
    zero = e.equal(x, e.zeros_like(x))
    safe = e.where(zero, e.ones_like(y), y)
    return e.where(zero, e.zeros_like(x), function(x, safe))


def xlogy(x, y):
    """x log(y), 0 where x is 0."""
    return _with_slope("xlogy", x, y, lambda x, y: e.multiply(x, e.log(y)), e.log, e.reciprocal)


def xlog1py(x, y):
    """x log(1 + y), 0 where x is 0."""
    return _with_slope(
        "xlog1py", x, y, lambda x, y: e.multiply(x, e.log1p(y)), e.log1p, lambda y: e.reciprocal(e.add(y, 1.0))
    )


def _with_slope(who, x, y, function, slope, derivative):
    """function(x, y) = x slope(y). vjp: that to x is slope(y), but 0 where x is 0, as TensorFlow has it."""
    x, y = e.operands(who, x, y)

    def vjp(dz, needs):
        return (
            e.unbroadcast(multiply_no_nan(dz, _where_not_zero(x, slope, y)), x.shape) if needs[0] else None,
            e.unbroadcast(e.multiply(dz, _at_zero(who, x, y, lambda x, y: e.multiply(x, derivative(y)))), y.shape)
            if needs[1]
            else None,
        )

    with stop_recording():
        z = _at_zero(who, x, y, function)
    return record(z, (x, y), vjp)


def _where_not_zero(x, slope, y):
    zero = e.equal(x, e.zeros_like(x))
    return e.where(zero, e.zeros_like(x), slope(e.where(zero, e.ones_like(y), y)))


def xdivy(x, y):
    """x / y, 0 where x is 0."""
    return _at_zero("xdivy", x, y, e.divide)


def multiply_no_nan(x, y):
    """x y, 0 where y is 0, even if x is infinite or NaN."""
    x, y = e.operands("multiply_no_nan", x, y)
    zero = e.equal(y, e.zeros_like(y))
    return e.where(zero, e.zeros_like(y), e.multiply(e.where(zero, e.zeros_like(x), x), y))


# ------------------------------------------------------------------------------------------- running sums of exponentials


def cumulative_logsumexp(x, axis=0, exclusive=False, reverse=False):
    """log of the running sums of exp(x) along an axis; -inf of nothing."""
    x = _floating("cumulative_logsumexp", x)
    axis = normalized_axis("cumulative_logsumexp", axis, len(x.shape))

    def function(a):
        a = np.flip(a, axis) if reverse else a
        y = np.logaddexp.accumulate(a, axis)
        if exclusive and a.shape[axis]:
            y = np.roll(y, 1, axis)
            first = [slice(None)] * a.ndim
            first[axis] = 0
            y[tuple(first)] = -np.inf
        return np.flip(y, axis) if reverse else y

    y = _by_numpy("cumulative_logsumexp", function, x)

    def vjp(dy, needs):
        """exp(x) times the sums, the other way, of dy exp(-y); positive and negative parts apart, in logarithms."""
        nothing = as_tensor(-math.inf, dtype=x.dtype)
        parts = []
        for part in (dy, e.negative(dy)):
            counts = e.logical_and(e.greater(part, e.zeros_like(part)), e.isfinite(y))
            logs = e.subtract(e.log(e.where(counts, part, 1.0)), e.where(counts, y, 0.0))
            back = cumulative_logsumexp(e.where(counts, logs, nothing), axis, exclusive, not reverse)
            parts.append(e.exp(e.add(back, x)))
        return e.subtract(*parts)

    return record(y, (x,), vjp)

"""keras.ops: elementwise functions."""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor, bool_, dispatch
from pyseq.core.errors import invalid
from pyseq.ops import bitwise, elementwise, special
from pyseq.ops import shape as s
from pyseq.ops.face.promotion import floats, numbers, same


def _one(name, op, bring, words):
    def f(x):
        return op(*bring(x))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = words
    return f


def _two(name, op, bring, words):
    def f(x1, x2):
        return op(*bring(x1, x2))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = words
    return f


abs = absolute = _one("absolute", elementwise.absolute, same, "|x|.")
negative = _one("negative", elementwise.negative, same, "-x.")
sign = _one("sign", elementwise.sign, same, "-1, 0 or 1.")
square = _one("square", elementwise.square, same, "x * x.")
floor = _one("floor", elementwise.floor, floats, "The largest integer not above x, floating point.")
ceil = _one("ceil", elementwise.ceil, floats, "The smallest integer not below x, floating point.")
isnan = _one("isnan", elementwise.isnan, floats, "Is it NaN?")
isinf = _one("isinf", elementwise.isinf, floats, "Is it infinite?")
isfinite = _one("isfinite", elementwise.isfinite, floats, "Is it neither NaN nor infinite?")
sqrt = _one("sqrt", elementwise.sqrt, floats, "The square root; NaN below 0.")
rsqrt = _one("rsqrt", elementwise.rsqrt, floats, "1 / sqrt(x).")
reciprocal = _one("reciprocal", elementwise.reciprocal, floats, "1 / x.")
exp = _one("exp", elementwise.exp, floats, "e ** x.")
expm1 = _one("expm1", elementwise.expm1, floats, "e ** x - 1, exact near 0.")
log = _one("log", elementwise.log, floats, "The natural logarithm.")
log1p = _one("log1p", elementwise.log1p, floats, "log(1 + x), exact near 0.")
erf = _one("erf", elementwise.erf, floats, "The error function.")
erfinv = _one("erfinv", special.erfinv, floats, "The inverse of the error function.")
sin = _one("sin", elementwise.sin, floats, "The sine of x radians.")
cos = _one("cos", elementwise.cos, floats, "The cosine of x radians.")
tan = _one("tan", elementwise.tan, floats, "The tangent of x radians.")
sinh = _one("sinh", elementwise.sinh, floats, "The hyperbolic sine.")
cosh = _one("cosh", elementwise.cosh, floats, "The hyperbolic cosine.")
tanh = _one("tanh", elementwise.tanh, floats, "The hyperbolic tangent.")
arcsin = _one("arcsin", elementwise.arcsin, floats, "The angle whose sine is x.")
arccos = _one("arccos", elementwise.arccos, floats, "The angle whose cosine is x.")
arctan = _one("arctan", elementwise.arctan, floats, "The angle whose tangent is x.")
arcsinh = _one("arcsinh", elementwise.arcsinh, floats, "The inverse of sinh.")
arccosh = _one("arccosh", elementwise.arccosh, floats, "The inverse of cosh.")
arctanh = _one("arctanh", elementwise.arctanh, floats, "The inverse of tanh.")
logical_not = _one("logical_not", elementwise.logical_not, lambda x: [elementwise.cast(as_tensor(x), bool_)], "not x.")

add = _two("add", elementwise.add, same, "x1 + x2.")
subtract = _two("subtract", elementwise.subtract, same, "x1 - x2.")
multiply = _two("multiply", elementwise.multiply, same, "x1 * x2.")
divide = true_divide = _two("divide", elementwise.divide, floats, "x1 / x2, floating point.")
divide_no_nan = _two("divide_no_nan", elementwise.divide_no_nan, floats, "x1 / x2, and 0 where x2 is 0.")
floor_divide = _two("floor_divide", elementwise.floor_divide, numbers, "The largest integer not above x1 / x2.")
mod = _two("mod", elementwise.mod, numbers, "The rest of x1 / x2, with the sign of x2.")
power = _two("power", elementwise.power, numbers, "x1 ** x2.")
maximum = _two("maximum", elementwise.maximum, same, "The larger one.")
minimum = _two("minimum", elementwise.minimum, same, "The smaller one.")
arctan2 = _two("arctan2", elementwise.arctan2, floats, "The angle of the point (x2, x1), radians.")
equal = _two("equal", elementwise.equal, same, "x1 == x2.")
not_equal = _two("not_equal", elementwise.not_equal, same, "x1 != x2.")
less = _two("less", elementwise.less, same, "x1 < x2.")
less_equal = _two("less_equal", elementwise.less_equal, same, "x1 <= x2.")
greater = _two("greater", elementwise.greater, same, "x1 > x2.")
greater_equal = _two("greater_equal", elementwise.greater_equal, same, "x1 >= x2.")


def _truths(x1, x2):
    return [elementwise.cast(as_tensor(x), bool_) for x in (x1, x2)]


logical_and = _two("logical_and", elementwise.logical_and, _truths, "x1 and x2.")
logical_or = _two("logical_or", elementwise.logical_or, _truths, "x1 or x2.")
logical_xor = _two("logical_xor", elementwise.logical_xor, _truths, "One of x1 and x2, not both.")


def _bits(name, op, words):
    def f(x, y):
        return op(*same(x, y))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = words
    return f


bitwise_and = _bits("bitwise_and", bitwise.bitwise_and, "Bits that both have.")
bitwise_or = _bits("bitwise_or", bitwise.bitwise_or, "Bits that either has.")
bitwise_xor = _bits("bitwise_xor", bitwise.bitwise_xor, "Bits that one has and the other not.")
left_shift = bitwise_left_shift = _bits("left_shift", bitwise.left_shift, "x * 2 ** y.")
right_shift = bitwise_right_shift = _bits("right_shift", bitwise.right_shift, "x // 2 ** y.")


def bitwise_not(x):
    """The other bits."""
    return bitwise.invert(as_tensor(x))


bitwise_invert = bitwise_not


def log2(x):
    """The logarithm of base 2."""
    return elementwise.multiply(log(x), 1 / math.log(2))


def log10(x):
    """The logarithm of base 10."""
    return elementwise.multiply(log(x), 1 / math.log(10))


def exp2(x):
    """2 ** x."""
    return elementwise.exp(elementwise.multiply(*floats(x, math.log(2))))


def logaddexp(x1, x2):
    """log(exp(x1) + exp(x2)) without the overflow."""
    x1, x2 = floats(x1, x2)
    top = elementwise.maximum(x1, x2)
    apart = elementwise.negative(elementwise.absolute(elementwise.subtract(x1, x2)))
    return elementwise.where(
        elementwise.equal(x1, x2),
        elementwise.add(x1, math.log(2)),
        elementwise.add(top, elementwise.log1p(elementwise.exp(apart))),
    )


def hypot(x1, x2):
    """sqrt(x1 ** 2 + x2 ** 2)."""
    x1, x2 = floats(x1, x2)
    return elementwise.sqrt(elementwise.add(elementwise.square(x1), elementwise.square(x2)))


def deg2rad(x):
    """Degrees as radians."""
    return elementwise.multiply(*floats(x, math.pi / 180))


def rad2deg(x):
    """Radians as degrees."""
    return elementwise.multiply(*floats(x, 180 / math.pi))


def trunc(x):
    """x without what is behind the point."""
    (x,) = same(x)
    return elementwise.multiply(elementwise.sign(x), elementwise.floor(elementwise.absolute(x)))


def round(x, decimals=0):
    """x rounded to so many decimals, halves to the even one."""
    (x,) = same(x)
    if decimals == 0 or (not x.dtype.is_floating and decimals > 0):
        return elementwise.round(x)
    factor = 10.0**decimals
    wide = x if x.dtype.is_floating else elementwise.cast(x, "float64")
    return elementwise.cast(elementwise.divide(elementwise.round(elementwise.multiply(wide, factor)), factor), x.dtype)


def clip(x, x_min, x_max):
    """max(min(x, x_max), x_min)."""
    x, low, high = numbers(x, x_min, x_max)
    return elementwise.minimum(elementwise.maximum(x, low), high)


def isposinf(x):
    """Is it infinity?"""
    (x,) = floats(x)
    return elementwise.equal(x, math.inf)


def isneginf(x):
    """Is it minus infinity?"""
    (x,) = floats(x)
    return elementwise.equal(x, -math.inf)


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """x with numbers for NaN and infinities, by default 0 and the largest there are."""
    (x,) = same(x)
    if not x.dtype.is_floating:
        return x
    most = float(np.finfo(x.dtype.numpy).max)
    x = elementwise.where(elementwise.isnan(x), float(nan), x)
    x = elementwise.where(elementwise.equal(x, math.inf), most if posinf is None else float(posinf), x)
    return elementwise.where(elementwise.equal(x, -math.inf), -most if neginf is None else float(neginf), x)


def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """|x1 - x2| <= atol + rtol |x2|, elementwise."""
    x1, x2 = floats(x1, x2)
    apart = elementwise.absolute(elementwise.subtract(x1, x2))
    least = elementwise.add(elementwise.multiply(elementwise.absolute(x2), float(rtol)), float(atol))
    found = elementwise.logical_or(
        elementwise.equal(x1, x2),
        elementwise.logical_and(elementwise.less_equal(apart, least), elementwise.isfinite(apart)),
    )
    both = elementwise.logical_and(elementwise.isnan(x1), elementwise.isnan(x2))
    return elementwise.logical_or(found, both) if equal_nan else found


def where(condition, x1=None, x2=None):
    """x1 where the condition is true, else x2. With the condition alone: the positions of what is true, for each axis."""
    condition = elementwise.cast(as_tensor(condition), bool_)
    if x1 is None and x2 is None:
        from pyseq.ops.face.arrays import nonzero

        return nonzero(condition)
    if x1 is None or x2 is None:
        raise invalid("where: `x1` and `x2` both should be `None` or both should be non-None.")
    return elementwise.where(condition, *same(x1, x2))


def select(condlist, choicelist, default=0):
    """The choice of the first condition that is true, else `default`."""
    *choices, found = same(*choicelist, default)
    for condition, choice in reversed(list(zip(condlist, choices, strict=True))):
        found = elementwise.where(elementwise.cast(as_tensor(condition), bool_), choice, found)
    return found


def diff(a, n=1, axis=-1):
    """The differences of neighbours along an axis, n times."""
    (a,) = same(a)
    for _ in range(n):
        extent = a.shape[axis]
        later, earlier = (s.split(a, cut, axis)[k] for cut, k in (([1], 1), ([extent - 1], 0)))
        a = elementwise.not_equal(later, earlier) if a.dtype is bool_ else elementwise.subtract(later, earlier)
    return a


dispatch.face(globals(), "keras.ops")

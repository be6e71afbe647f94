"""Elementwise arithmetic, comparisons, choices and casts, with broadcasting. Corner cases: csrc/elementwise.h.

Element types are TensorFlow's: both operands have one type; a number, list or array beside a tensor takes the tensor's.
float32, float64, int32 and int64 run in csrc/elementwise.pyx, the other types in NumPy.
"""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import (
    Tensor,
    Variable,
    as_dtype,
    as_tensor,
    bool_,
    emit,
    float32,
    float64,
    int32,
    int64,
    kernels,
    numpy_kernel,
    record,
    stop_recording,
    uint8,
)
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import reduce, shape
from pyseq.ops.broadcasting import CHUNK, INT64_MAX, broadcast, broadcast_shapes
from pyseq.ops.check import refuse_integers

UNARY, TEST, BINARY, COMPARE, LOGICAL, SELECT, CAST = kernels(
    "unary", "test", "binary", "compare", "logical", "select", "cast"
)


def _codes(names: str) -> dict[str, int]:
    return {name: code for code, name in enumerate(names.split())}


# The orders are those of csrc/elementwise.h.
UNARY_CODES = _codes(
    "negative absolute sign square clip sqrt rsqrt reciprocal exp expm1 log log1p tanh erf floor ceil round sin cos tan "
    "arcsin arccos arctan sinh cosh arcsinh arccosh arctanh"
)
BINARY_CODES = _codes(
    "add subtract multiply maximum minimum squared_difference floor_divide mod power divide divide_no_nan arctan2"
)
COMPARE_CODES = _codes("equal not_equal less less_equal greater greater_equal")
TEST_CODES = _codes("isnan isinf isfinite")
LOGICAL_CODES = _codes("logical_and logical_or logical_xor logical_not")
INTEGER_UNARY = frozenset("negative absolute sign square".split())
INTEGER_BINARY = frozenset(list(BINARY_CODES)[:9])

COMPILED_FLOATS = (float32, float64)
COMPILED = (float32, float64, int32, int64)
COMPILED_CASTS = (*COMPILED, uint8, bool_)


# ---------------------------------------------------------------------------------------------- operands


def operands(who: str, x, y):
    """Two tensors of one element type.

    Raises:
        TypeError: their types differ, or a float stands beside an integer tensor.
    """
    if isinstance(x, Tensor) and isinstance(y, Tensor):
        pass
    elif isinstance(x, (Tensor, Variable)):
        x = as_tensor(x)
        y = _beside(who, y, x)
    elif isinstance(y, (Tensor, Variable)):
        y = as_tensor(y)
        x = _beside(who, x, y)
    else:
        x, y = as_tensor(x), as_tensor(y)
        if x.dtype is not y.dtype:  # plain numbers, lists and arrays: as NumPy has it, but floats keep their size
            dtype = x.dtype if x.dtype.is_floating else y.dtype if y.dtype.is_floating else None
            if dtype is None or x.dtype.is_floating and y.dtype.is_floating:
                dtype = as_dtype(np.result_type(x.dtype.numpy, y.dtype.numpy))
            x, y = cast(x, dtype), cast(y, dtype)
    if x.dtype is not y.dtype:
        raise invalid_type(
            f"{who}: both operands must have one dtype. Received: {x.dtype.name} and {y.dtype.name}. Use cast(x, dtype)."
        )
    return x, y


def _beside(who, x, tensor):
    """A number, list or array as a tensor of the type of the tensor it stands beside."""
    if isinstance(x, (Tensor, Variable)):
        return as_tensor(x)
    if isinstance(x, (np.ndarray, np.generic)):
        if x.dtype.kind == "f" and not tensor.dtype.is_floating:
            raise invalid_type(
                f"{who}: both operands must have one dtype. Received: {tensor.dtype.name} and an array of {x.dtype}. "
                "Use cast(x, dtype)."
            )
        return as_tensor(x, dtype=tensor.dtype)
    return as_tensor(x, like=tensor)


def unbroadcast(dx, to: tuple):
    """Sum a gradient over the axes along which an operand of shape `to` was repeated."""
    if dx.shape == to:
        return dx
    extra = len(dx.shape) - len(to)
    repeated = tuple(k + extra for k, extent in enumerate(to) if extent == 1 and dx.shape[k + extra] != 1)
    return shape.reshape(reduce.sum(dx, axis=(*range(extra), *repeated)), to)


def _numpy_function(name: str, function):
    """A kernel that applies a NumPy function of the inputs to fill the output."""

    def fill(inputs, outputs, dims, attrs):
        with np.errstate(all="ignore"):
            outputs[0][...] = function(*inputs)

    return numpy_kernel(name, fill)


_fallbacks: dict[str, object] = {}


def _erf(x):
    return np.vectorize(math.erf, otypes=["float64"])(x)


def _fallback(name: str):
    """The kernel of NumPy's function, for element types that are not compiled."""
    kernel = _fallbacks.get(name)
    if kernel is None:
        special = {
            "rsqrt": lambda x: 1 / np.sqrt(x),
            "erf": _erf,
            "squared_difference": lambda x, y: (x - y) * (x - y),
            "divide_no_nan": lambda x, y: np.where(y == 0, 0, x / np.where(y == 0, 1, y)),
        }
        function = special.get(name) or getattr(np, "rint" if name == "round" else name)
        kernel = _fallbacks[name] = _numpy_function(name, function)
    return kernel


def _unary(name: str, x, work=1):
    dtype = x.dtype
    if dtype is float32 or dtype is float64 or (dtype in COMPILED and name in INTEGER_UNARY):
        n = x.size
        return emit(UNARY, (x,), ((x.shape, dtype),), (UNARY_CODES[name], n), (), -(-n // CHUNK), work * n)
    return emit(_fallback(name), (x,), ((x.shape, dtype),))


def _binary(name: str, x, y, work=1):
    to, dims, parts, n = broadcast(name, BINARY_CODES[name], x.shape, y.shape)
    dtype = x.dtype
    if dtype is float32 or dtype is float64 or (dtype in COMPILED and name in INTEGER_BINARY):
        return emit(BINARY, (x, y), ((to, dtype),), dims, (), parts, work * n)
    _not_bool(name, x)
    return emit(_fallback(name), (x, y), ((to, dtype),))


def _not_bool(who, x):
    if x.dtype.is_bool:
        raise invalid_type(
            f"{who}: operands must be numbers. Received: dtype=bool. Use cast(x, 'float32') or logical_and, or."
        )


def _compare(name: str, x, y):
    x, y = operands(name, x, y)
    to, dims, parts, n = broadcast(name, COMPARE_CODES[name], x.shape, y.shape)
    if x.dtype in COMPILED:
        return emit(COMPARE, (x, y), ((to, bool_),), dims, (), parts, n)
    return emit(_fallback(name), (x, y), ((to, bool_),))


def _floating(who: str, x):
    """A floating point tensor."""
    x = as_tensor(x)
    if not x.dtype.is_floating:
        raise invalid_type(
            f"{who}: `x` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    return x


# ---------------------------------------------------------------------------------------------- arithmetic


def add(x, y):
    """x + y.  vjp: dy to both."""
    x, y = operands("add", x, y)

    def vjp(dz, needs):
        return (unbroadcast(dz, x.shape) if needs[0] else None, unbroadcast(dz, y.shape) if needs[1] else None)

    return record(_binary("add", x, y), (x, y), vjp)


def subtract(x, y):
    """x - y."""
    x, y = operands("subtract", x, y)

    def vjp(dz, needs):
        return (
            unbroadcast(dz, x.shape) if needs[0] else None,
            unbroadcast(negative(dz), y.shape) if needs[1] else None,
        )

    return record(_binary("subtract", x, y), (x, y), vjp)


def multiply(x, y):
    """x * y."""
    x, y = operands("multiply", x, y)

    def vjp(dz, needs):
        return (
            unbroadcast(multiply(dz, y), x.shape) if needs[0] else None,
            unbroadcast(multiply(dz, x), y.shape) if needs[1] else None,
        )

    return record(_binary("multiply", x, y), (x, y), vjp)


def divide(x, y):
    """x / y; integers are divided as float64 (float32 for 8 and 16 bits), as in TensorFlow."""
    x, y = operands("divide", x, y)
    if x.dtype.is_integer:
        dtype = float32 if x.dtype.itemsize < 4 else float64
        x, y = cast(x, dtype), cast(y, dtype)

    def vjp(dz, needs):
        dx = divide(dz, y)
        return (
            unbroadcast(dx, x.shape) if needs[0] else None,
            unbroadcast(negative(multiply(dx, divide(x, y))), y.shape) if needs[1] else None,
        )

    return record(_binary("divide", x, y), (x, y), vjp)


def divide_no_nan(x, y):
    """x / y, and 0 where y is 0."""
    x, y = operands("divide_no_nan", x, y)

    def vjp(dz, needs):
        dx = divide_no_nan(dz, y)
        return (
            unbroadcast(dx, x.shape) if needs[0] else None,
            unbroadcast(negative(multiply(dx, divide_no_nan(x, y))), y.shape) if needs[1] else None,
        )

    return record(_binary("divide_no_nan", x, y), (x, y), vjp)


def floor_divide(x, y):
    """The largest integer not above x / y.

    Raises:
        ZeroDivisionError: integers, and y has a zero.
    """
    x, y = operands("floor_divide", x, y)
    _refuse_integer_zero("floor_divide", y)
    return _binary("floor_divide", x, y, 4)


def mod(x, y):
    """x - floor(x / y) * y: the rest with the sign of y."""
    x, y = operands("mod", x, y)
    _refuse_integer_zero("mod", y)
    z = _binary("mod", x, y, 16)

    def vjp(dz, needs):
        return (
            unbroadcast(dz, x.shape) if needs[0] else None,
            unbroadcast(negative(multiply(dz, floor_divide(x, y))), y.shape) if needs[1] else None,
        )

    return record(z, (x, y), vjp) if x.dtype.is_floating else z


def _refuse_integer_zero(who, y):
    if y.dtype.is_integer:
        error = f"{who}: `y` must not have zeros among integers. Received: {y!r}."
        refuse_integers(y, 0, 1, lambda _: ZeroDivisionError(error), inside=True)


def maximum(x, y):
    """The larger of x and y; NaN if either is. vjp: a tie goes to x, as in TensorFlow."""
    x, y = operands("maximum", x, y)
    return record(_binary("maximum", x, y), (x, y), _choice_vjp(greater_equal, x, y))


def minimum(x, y):
    """The smaller of x and y; NaN if either is. vjp: a tie goes to x."""
    x, y = operands("minimum", x, y)
    return record(_binary("minimum", x, y), (x, y), _choice_vjp(less_equal, x, y))


def _choice_vjp(first_wins, x, y):
    def vjp(dz, needs):
        first = first_wins(x, y)
        return (
            unbroadcast(where(first, dz, 0.0), x.shape) if needs[0] else None,
            unbroadcast(where(first, 0.0, dz), y.shape) if needs[1] else None,
        )

    return vjp


def squared_difference(x, y):
    """(x - y) ** 2."""
    x, y = operands("squared_difference", x, y)

    def vjp(dz, needs):
        dx = multiply(dz, multiply(subtract(x, y), 2.0))
        return (
            unbroadcast(dx, x.shape) if needs[0] else None,
            unbroadcast(negative(dx), y.shape) if needs[1] else None,
        )

    return record(_binary("squared_difference", x, y), (x, y), vjp)


def power(x, y):
    """x ** y. vjp: to y only where x > 0 (log x elsewhere counts as 0), as in TensorFlow.

    Raises:
        ValueError: integers with a negative exponent.
    """
    x, y = operands("power", x, y)
    if x.dtype.is_integer:
        error = "power: integers must have exponents of at least 0. Use cast(x, 'float32')."
        refuse_integers(y, 0, INT64_MAX, lambda _: invalid(error))
    z = _binary("power", x, y, 32)

    def vjp(dz, needs):
        dx = unbroadcast(multiply(dz, multiply(y, power(x, subtract(y, 1.0)))), x.shape) if needs[0] else None
        if not needs[1]:
            return dx, None
        logs = where(greater(x, 0.0), log(where(greater(x, 0.0), x, 1.0)), 0.0)
        return dx, unbroadcast(multiply(dz, multiply(power(x, y), logs)), y.shape)

    return record(z, (x, y), vjp) if x.dtype.is_floating else z


def arctan2(y, x):
    """The angle of the point (x, y), radians in [-pi, pi]."""
    y, x = operands("arctan2", y, x)
    _floating("arctan2", x)
    z = _binary("arctan2", y, x, 32)

    def vjp(dz, needs):
        scaled = divide(dz, add(square(x), square(y)))
        return (
            unbroadcast(multiply(scaled, x), y.shape) if needs[0] else None,
            unbroadcast(negative(multiply(scaled, y)), x.shape) if needs[1] else None,
        )

    return record(z, (y, x), vjp)


# ---------------------------------------------------------------------------------------------- one operand


def negative(x):
    """-x."""
    x = as_tensor(x)
    return record(_unary("negative", x), (x,), lambda dy, needs: negative(dy))


def absolute(x):
    """|x|. vjp: 0 at 0."""
    x = as_tensor(x)
    return record(_unary("absolute", x), (x,), lambda dy, needs: multiply(dy, sign(x)))


def sign(x):
    """-1, 0 or 1; NaN of NaN.  vjp: 0."""
    x = as_tensor(x)
    return record(_unary("sign", x), (x,), lambda dy, needs: zeros_like(dy))


def square(x):
    """x * x."""
    x = as_tensor(x)
    return record(_unary("square", x), (x,), lambda dy, needs: multiply(dy, multiply(x, 2.0)))


def sqrt(x):
    """The square root; NaN below 0.  vjp: 0 where dy is 0, also at 0 and below, so that `where(x > 0, sqrt(x), 0)` has one."""
    x = _floating("sqrt", x)
    y = _unary("sqrt", x)
    return record(y, (x,), lambda dy, needs: _half_over(dy, y))


def _half_over(dy, y):
    """dy / (2 y), and 0 where dy is 0, whatever y is."""
    with stop_recording():
        dx = where(equal(dy, 0.0), dy, divide(multiply(dy, 0.5), y))

    def vjp(ddx, needs):
        return _half_over(ddx, y), negative(multiply(divide(ddx, y), dx)) if needs[1] else None

    return record(dx, (dy, y), vjp)


def _times(dy, slope):
    """dy * slope, and 0 where dy is 0, whatever the slope is."""
    with stop_recording():
        dx = where(equal(dy, 0.0), dy, multiply(dy, slope))
    return record(dx, (dy, slope), lambda ddx, needs: (_times(ddx, slope), multiply(ddx, dy) if needs[1] else None))


def rsqrt(x):
    """1 / sqrt(x).  vjp: 0 where dy is 0, also at 0."""
    x = _floating("rsqrt", x)
    y = _unary("rsqrt", x)
    return record(y, (x,), lambda dy, needs: _times(dy, multiply(multiply(y, multiply(y, y)), -0.5)))


def reciprocal(x):
    """1 / x.  vjp: 0 where dy is 0, also at 0."""
    x = _floating("reciprocal", x)
    y = _unary("reciprocal", x)
    return record(y, (x,), lambda dy, needs: negative(_times(dy, multiply(y, y))))


def exp(x):
    """e ** x."""
    x = _floating("exp", x)
    y = _unary("exp", x, 16)
    return record(y, (x,), lambda dy, needs: multiply(dy, y))


def expm1(x):
    """e ** x - 1, exact near 0."""
    x = _floating("expm1", x)
    y = _unary("expm1", x, 16)
    return record(y, (x,), lambda dy, needs: multiply(dy, add(y, 1.0)))


def log(x):
    """The natural logarithm; -inf at 0, NaN below."""
    x = _floating("log", x)
    return record(_unary("log", x, 16), (x,), lambda dy, needs: divide(dy, x))


def log1p(x):
    """log(1 + x), exact near 0."""
    x = _floating("log1p", x)
    return record(_unary("log1p", x, 16), (x,), lambda dy, needs: divide(dy, add(x, 1.0)))


def erf(x):
    """The error function."""
    x = _floating("erf", x)

    def vjp(dy, needs):
        return multiply(dy, multiply(exp(negative(square(x))), 2 / np.pi**0.5))

    return record(_unary("erf", x, 16), (x,), vjp)


def _whole(name, x):
    x = as_tensor(x)
    return x if x.dtype.is_integer else _unary(name, _floating(name, x))


def floor(x):
    """The largest integer not above x. No gradient."""
    return _whole("floor", x)


def ceil(x):
    """The smallest integer not below x. No gradient."""
    return _whole("ceil", x)


def round(x):  # noqa: A001
    """The nearest integer, halves to the even one. No gradient."""
    return _whole("round", x)


def sin(x):
    """The sine of x radians."""
    x = _floating("sin", x)
    return record(_unary("sin", x, 32), (x,), lambda dy, needs: multiply(dy, cos(x)))


def cos(x):
    """The cosine of x radians."""
    x = _floating("cos", x)
    return record(_unary("cos", x, 32), (x,), lambda dy, needs: negative(multiply(dy, sin(x))))


def tan(x):
    """The tangent of x radians."""
    x = _floating("tan", x)
    y = _unary("tan", x, 32)
    return record(y, (x,), lambda dy, needs: multiply(dy, add(multiply(y, y), 1.0)))


def arcsin(x):
    """The angle in [-pi/2, pi/2] whose sine is x; NaN outside [-1, 1]."""
    x = _floating("arcsin", x)
    return record(_unary("arcsin", x, 32), (x,), lambda dy, needs: multiply(dy, rsqrt(subtract(1.0, square(x)))))


def arccos(x):
    """The angle in [0, pi] whose cosine is x; NaN outside [-1, 1]."""
    x = _floating("arccos", x)
    y = _unary("arccos", x, 32)
    return record(y, (x,), lambda dy, needs: negative(multiply(dy, rsqrt(subtract(1.0, square(x))))))


def arctan(x):
    """The angle in [-pi/2, pi/2] whose tangent is x."""
    x = _floating("arctan", x)
    return record(_unary("arctan", x, 32), (x,), lambda dy, needs: divide(dy, add(square(x), 1.0)))


def sinh(x):
    """The hyperbolic sine."""
    x = _floating("sinh", x)
    return record(_unary("sinh", x, 32), (x,), lambda dy, needs: multiply(dy, cosh(x)))


def cosh(x):
    """The hyperbolic cosine."""
    x = _floating("cosh", x)
    return record(_unary("cosh", x, 32), (x,), lambda dy, needs: multiply(dy, sinh(x)))


def tanh(x):
    """The hyperbolic tangent."""
    from pyseq.ops import activation

    return activation.tanh(x)


def arcsinh(x):
    """The inverse of sinh."""
    x = _floating("arcsinh", x)
    return record(_unary("arcsinh", x, 32), (x,), lambda dy, needs: multiply(dy, rsqrt(add(square(x), 1.0))))


def arccosh(x):
    """The inverse of cosh, not below 0; NaN for x below 1."""
    x = _floating("arccosh", x)
    y = _unary("arccosh", x, 32)
    return record(y, (x,), lambda dy, needs: divide(dy, sinh(y)))  # NaN where y is


def arctanh(x):
    """The inverse of tanh; NaN outside [-1, 1]."""
    x = _floating("arctanh", x)
    return record(_unary("arctanh", x, 32), (x,), lambda dy, needs: divide(dy, subtract(1.0, square(x))))


# ---------------------------------------------------------------------------------------------- truth


def equal(x, y):
    """x == y, bool."""
    return _compare("equal", x, y)


def not_equal(x, y):
    """x != y, bool."""
    return _compare("not_equal", x, y)


def less(x, y):
    """x < y, bool."""
    return _compare("less", x, y)


def less_equal(x, y):
    """x <= y, bool."""
    return _compare("less_equal", x, y)


def greater(x, y):
    """x > y, bool."""
    return _compare("greater", x, y)


def greater_equal(x, y):
    """x >= y, bool."""
    return _compare("greater_equal", x, y)


def _truth(who, x):
    x = as_tensor(x)
    if not x.dtype.is_bool:
        raise invalid_type(f"{who}: operands must be bool. Received: dtype={x.dtype.name}. Use cast(x, 'bool').")
    return x


def _logical(name, x, y):
    x, y = _truth(name, x), _truth(name, y)
    to, dims, parts, n = broadcast(name, LOGICAL_CODES[name], x.shape, y.shape)
    return emit(LOGICAL, (x, y), ((to, bool_),), dims, (), parts, n)


def logical_and(x, y):
    """x and y, bool."""
    return _logical("logical_and", x, y)


def logical_or(x, y):
    """x or y, bool."""
    return _logical("logical_or", x, y)


def logical_xor(x, y):
    """One of x and y but not both, bool."""
    return _logical("logical_xor", x, y)


def logical_not(x):
    """not x, bool."""
    return _logical("logical_not", x, x)


def _test(name, x):
    x = as_tensor(x)
    if x.dtype in COMPILED_FLOATS:
        n = x.size
        return emit(TEST, (x,), ((x.shape, bool_),), (TEST_CODES[name], n), (), -(-n // CHUNK), n)
    return emit(_fallback(name), (x,), ((x.shape, bool_),))


def isnan(x):
    """Is x NaN? bool."""
    return _test("isnan", x)


def isinf(x):
    """Is x infinite? bool."""
    return _test("isinf", x)


def isfinite(x):
    """Is x neither infinite nor NaN? bool."""
    return _test("isfinite", x)


def where(condition, x, y):
    """x where the condition holds, else y; all three broadcast."""
    condition = _truth("where", condition)
    x, y = operands("where", x, y)
    to, dims, parts, n = broadcast("where", 0, condition.shape, x.shape, y.shape)
    z = emit(SELECT, (condition, x, y), ((to, x.dtype),), dims, (), parts, n, x.dtype)

    def vjp(dz, needs):
        return (
            None,
            unbroadcast(where(condition, dz, 0.0), x.shape) if needs[1] else None,
            unbroadcast(where(condition, 0.0, dz), y.shape) if needs[2] else None,
        )

    return record(z, (condition, x, y), vjp) if x.dtype.is_floating else z


def clip(x, low, high):
    """min(x, high), then max(that, low): x moved into [low, high]; NaN if any of them is.

    Args:
        x: numbers. low, high: numbers or tensors that broadcast to the shape of x. `low` wins where it is above `high`.
    Returns:
        y: shape and dtype of x.  vjp: to x where low <= x <= high, else to the bound that took its place.
    Raises:
        ValueError: the bounds have a larger shape than x.
    Source: tf.clip_by_value.
    """
    x = as_tensor(x)
    if type(low) in (float, int) and type(high) in (float, int) and low <= high and x.dtype in COMPILED_FLOATS:
        n = x.size
        dims, attrs = (UNARY_CODES["clip"], n), (float(low), float(high))
        y = emit(UNARY, (x,), ((x.shape, x.dtype),), dims, attrs, -(-n // CHUNK), n)
        low, high = as_tensor(low, like=x), as_tensor(high, like=x)
        return record(y, (x,), lambda dy, needs: where(_inside(x, low, high), dy, 0.0))
    low, high = operands("clip", x, low)[1], operands("clip", x, high)[1]
    if broadcast_shapes(x.shape, low.shape, high.shape, who="clip") != x.shape:
        raise invalid(
            "clip: `low` and `high` must broadcast to the shape of `x`. "
            f"Received: x.shape={x.shape}, low.shape={low.shape}, high.shape={high.shape}."
        )
    return maximum(minimum(x, high), low)


def _inside(x, low, high):
    return logical_and(greater_equal(x, low), less_equal(x, high))


# ---------------------------------------------------------------------------------------------- types


_CAST_BY_NUMPY = _numpy_function("cast", lambda x: x)


def cast(x, dtype):
    """x with another element type; floats are cut toward zero for integers, anything but 0 is True."""
    if type(x) is Tensor and x.dtype is dtype:
        return x
    x, dtype = as_tensor(x), as_dtype(dtype)
    if x.dtype is dtype:
        return x
    n = x.size
    if x.dtype in COMPILED_CASTS and dtype in COMPILED_CASTS:
        dims = (n, x.dtype.code, dtype.code)
        y = emit(CAST, (x,), ((x.shape, dtype),), dims, (), -(-n // CHUNK), n)
    else:
        y = emit(_CAST_BY_NUMPY, (x,), ((x.shape, dtype),))
    if not (x.dtype.is_floating and dtype.is_floating):
        return y
    return record(y, (x,), lambda dy, needs: cast(dy, x.dtype))


def zeros_like(x, dtype=None):
    """Zeros of the shape and dtype of x."""
    x = x if isinstance(x, (Tensor, Variable)) else as_tensor(x)
    return shape.zeros(x.shape, dtype or x.dtype)


def ones_like(x, dtype=None):
    """Ones of the shape and dtype of x."""
    x = x if isinstance(x, (Tensor, Variable)) else as_tensor(x)
    return shape.ones(x.shape, dtype or x.dtype)

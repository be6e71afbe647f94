"""Elementwise arithmetic, comparisons and casts, with broadcasting.

Element types are TensorFlow's: both operands have one type, a Python number takes the other operand's. float32, float64,
int32 and int64 run in csrc/elementwise.pyx; other types and rare functions are NumPy's (`numpy_kernel`).
"""

from __future__ import annotations

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
    uint8,
)
from pyseq.ops import reduce, shape
from pyseq.ops.broadcasting import CHUNK, broadcast

UNARY, BINARY, COMPARE, CAST = kernels("unary", "binary", "compare", "cast")

# The order is that of csrc/elementwise.h.
UNARY_CODES = {
    name: code
    for code, name in enumerate(
        "negative absolute sign square sqrt rsqrt reciprocal exp expm1 log log1p tanh erf floor ceil round".split()
    )
}
BINARY_CODES = {
    name: code
    for code, name in enumerate(
        "add subtract multiply divide maximum minimum squared_difference divide_no_nan power".split()
    )
}
COMPARE_CODES = {
    name: code for code, name in enumerate("equal not_equal less less_equal greater greater_equal".split())
}
COMPILED_FLOATS = (float32, float64)
COMPILED = (float32, float64, int32, int64)
COMPILED_CASTS = (*COMPILED, uint8, bool_)


# ---------------------------------------------------------------------------------------------- operands


def operands(who: str, x, y):
    """Two tensors of one element type.

    Raises:
        TypeError: their types differ.
    """
    if isinstance(x, (Tensor, Variable)):
        x = as_tensor(x)
        y = as_tensor(y, like=x)
    elif isinstance(y, (Tensor, Variable)):
        y = as_tensor(y)
        x = as_tensor(x, like=y)
    else:
        x, y = as_tensor(x), as_tensor(y)
        if x.dtype is not y.dtype:  # plain numbers and lists: as one array would have it
            both = np.result_type(x.dtype.numpy, y.dtype.numpy) if x.dtype.is_integer == y.dtype.is_integer else None
            floating = x.dtype if x.dtype.is_floating else y.dtype
            dtype = as_dtype(both) if both is not None else floating
            x, y = cast(x, dtype), cast(y, dtype)
    if x.dtype is not y.dtype:
        raise TypeError(
            f"{who}: both operands must have one dtype. Received: {x.dtype.name} and {y.dtype.name}. Use cast(x, dtype)."
        )
    return x, y


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


def _fallback(name: str):
    kernel = _fallbacks.get(name)
    if kernel is None:
        kernel = _fallbacks[name] = _numpy_function(name, _NUMPY[name])
    return kernel


_NUMPY = {
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "erf": lambda x: np.vectorize(__import__("math").erf, otypes=[x.dtype])(x),
    "round": np.rint,
    "squared_difference": lambda x, y: (x - y) * (x - y),
    "divide_no_nan": lambda x, y: np.where(y == 0, 0, x / np.where(y == 0, 1, y)),
    **{
        name: getattr(np, name)
        for name in (
            "negative absolute sign square sqrt reciprocal exp expm1 log log1p tanh floor ceil add subtract multiply divide "
            "maximum minimum power equal not_equal less less_equal greater greater_equal sin cos tan arcsin arccos arctan "
            "sinh cosh arcsinh arccosh arctanh floor_divide mod arctan2 logical_and logical_or logical_xor isnan isinf isfinite"
        ).split()
    },
}


def _unary(name: str, x):
    if x.dtype in COMPILED_FLOATS:
        n = x.size
        return emit(UNARY, (x,), ((x.shape, x.dtype),), (UNARY_CODES[name], n), (), -(-n // CHUNK), n)
    return emit(_fallback(name), (x,), ((x.shape, x.dtype),))


def _binary(name: str, x, y):
    how = broadcast(x.shape, y.shape)
    dtype = x.dtype
    if dtype is float32 or dtype is float64 or (dtype in COMPILED and name in _INTEGER_OPS):
        return emit(
            BINARY, (x, y), ((how.shape, dtype),), (BINARY_CODES[name], *how.dims), (), how.parts, how.size
        )  # fmt: skip
    return emit(_fallback(name), (x, y), ((how.shape, dtype),))


_INTEGER_OPS = frozenset("add subtract multiply maximum minimum squared_difference".split())


def _compare(name: str, x, y):
    x, y = operands(name, x, y)
    how = broadcast(x.shape, y.shape)
    if x.dtype in COMPILED:
        dims = (COMPARE_CODES[name], *how.dims)
        return emit(COMPARE, (x, y), ((how.shape, bool_),), dims, (), how.parts, how.size)
    return emit(_fallback(name), (x, y), ((how.shape, bool_),))


def _float(who: str, x):
    """A floating point tensor."""
    x = as_tensor(x)
    if not x.dtype.is_floating:
        raise TypeError(f"{who}: `x` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32').")
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
    return emit(_fallback("floor_divide"), (x, y), ((broadcast(x.shape, y.shape).shape, x.dtype),))


def mod(x, y):
    """x - floor(x / y) * y: the rest with the sign of y."""
    x, y = operands("mod", x, y)
    _refuse_integer_zero("mod", y)
    z = emit(_fallback("mod"), (x, y), ((broadcast(x.shape, y.shape).shape, x.dtype),))

    def vjp(dz, needs):
        return (
            unbroadcast(dz, x.shape) if needs[0] else None,
            unbroadcast(negative(multiply(dz, floor_divide(x, y))), y.shape) if needs[1] else None,
        )

    return record(z, (x, y), vjp) if x.dtype.is_floating else z


def _refuse_integer_zero(who, y):
    if y.dtype.is_integer and not y.is_symbolic and not y.numpy().all():
        raise ZeroDivisionError(f"{who}: `y` must not have zeros among integers. Received: {y!r}.")


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
        mask = cast(first_wins(x, y), dz.dtype)
        return (
            unbroadcast(multiply(dz, mask), x.shape) if needs[0] else None,
            unbroadcast(multiply(dz, subtract(1.0, mask)), y.shape) if needs[1] else None,
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
    if x.dtype.is_integer and not y.is_symbolic and (y.numpy() < 0).any():
        raise ValueError("power: integers must have exponents of at least 0. Use cast(x, 'float32').")
    z = _binary("power", x, y)

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
    z = emit(_fallback("arctan2"), (y, x), ((broadcast(y.shape, x.shape).shape, y.dtype),))

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
    """-1, 0 or 1."""
    return _without_gradient("sign", x)


def square(x):
    """x * x."""
    x = as_tensor(x)
    return record(_unary("square", x), (x,), lambda dy, needs: multiply(dy, multiply(x, 2)))


def sqrt(x):
    """The square root; NaN below 0."""
    x = _float("sqrt", x)
    y = _unary("sqrt", x)
    return record(y, (x,), lambda dy, needs: divide(multiply(dy, 0.5), y))


def rsqrt(x):
    """1 / sqrt(x)."""
    x = _float("rsqrt", x)
    y = _unary("rsqrt", x)
    return record(y, (x,), lambda dy, needs: multiply(dy, multiply(multiply(y, multiply(y, y)), -0.5)))


def reciprocal(x):
    """1 / x."""
    x = _float("reciprocal", x)
    y = _unary("reciprocal", x)
    return record(y, (x,), lambda dy, needs: negative(multiply(dy, multiply(y, y))))


def exp(x):
    """e ** x."""
    x = _float("exp", x)
    y = _unary("exp", x)
    return record(y, (x,), lambda dy, needs: multiply(dy, y))


def expm1(x):
    """e ** x - 1, exact near 0."""
    x = _float("expm1", x)
    y = _unary("expm1", x)
    return record(y, (x,), lambda dy, needs: multiply(dy, add(y, 1.0)))


def log(x):
    """The natural logarithm; -inf at 0, NaN below."""
    x = _float("log", x)
    return record(_unary("log", x), (x,), lambda dy, needs: divide(dy, x))


def log1p(x):
    """log(1 + x), exact near 0."""
    x = _float("log1p", x)
    return record(_unary("log1p", x), (x,), lambda dy, needs: divide(dy, add(x, 1.0)))


def erf(x):
    """The error function."""
    x = _float("erf", x)

    def vjp(dy, needs):
        return multiply(dy, multiply(exp(negative(square(x))), 2 / np.pi**0.5))

    return record(_unary("erf", x), (x,), vjp)


def floor(x):
    """The largest integer not above x."""
    return _without_gradient("floor", x)


def ceil(x):
    """The smallest integer not below x."""
    return _without_gradient("ceil", x)


def round(x):  # noqa: A001
    """The nearest integer, halves to the even one."""
    return _without_gradient("round", x)


def _without_gradient(name, x):
    """Functions that are constant between steps: the gradient is zero."""
    x = as_tensor(x)
    if x.dtype.is_integer and name in ("floor", "ceil", "round"):
        return x
    return record(_unary(name, x), (x,), lambda dy, needs: zeros_like(dy))


def _from_numpy(name, derivative):
    def op(x):
        x = _float(name, x)
        y = emit(_fallback(name), (x,), ((x.shape, x.dtype),))
        return record(y, (x,), lambda dy, needs: derivative(dy, x, y))

    op.__name__ = op.__qualname__ = name
    op.__doc__ = f"numpy.{name}, in radians."
    return op


sin = _from_numpy("sin", lambda dy, x, y: multiply(dy, cos(x)))
cos = _from_numpy("cos", lambda dy, x, y: negative(multiply(dy, sin(x))))
tan = _from_numpy("tan", lambda dy, x, y: multiply(dy, add(multiply(y, y), 1.0)))
arcsin = _from_numpy("arcsin", lambda dy, x, y: multiply(dy, rsqrt(subtract(1.0, square(x)))))
arccos = _from_numpy("arccos", lambda dy, x, y: negative(multiply(dy, rsqrt(subtract(1.0, square(x))))))
arctan = _from_numpy("arctan", lambda dy, x, y: divide(dy, add(square(x), 1.0)))
sinh = _from_numpy("sinh", lambda dy, x, y: multiply(dy, cosh(x)))
cosh = _from_numpy("cosh", lambda dy, x, y: multiply(dy, sinh(x)))
arcsinh = _from_numpy("arcsinh", lambda dy, x, y: multiply(dy, rsqrt(add(square(x), 1.0))))
arccosh = _from_numpy("arccosh", lambda dy, x, y: multiply(dy, rsqrt(subtract(square(x), 1.0))))
arctanh = _from_numpy("arctanh", lambda dy, x, y: divide(dy, subtract(1.0, square(x))))


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


def _logical(name, *xs):
    xs = [as_tensor(x) for x in xs]
    for x in xs:
        if not x.dtype.is_bool:
            raise TypeError(f"{name}: operands must be bool. Received: dtype={x.dtype.name}. Use cast(x, 'bool').")
    how = broadcast(xs[0].shape, xs[-1].shape)
    return emit(_fallback(name), tuple(xs), ((how.shape, bool_),))


def logical_and(x, y):
    """x and y, bool."""
    return _logical("logical_and", x, y)


def logical_or(x, y):
    """x or y, bool."""
    return _logical("logical_or", x, y)


def logical_xor(x, y):
    """One of x and y but not both, bool."""
    return _logical("logical_xor", x, y)


_LOGICAL_NOT = _numpy_function("logical_not", np.logical_not)


def logical_not(x):
    """not x, bool."""
    x = as_tensor(x)
    if not x.dtype.is_bool:
        raise TypeError(f"logical_not: `x` must be bool. Received: dtype={x.dtype.name}. Use cast(x, 'bool').")
    return emit(_LOGICAL_NOT, (x,), ((x.shape, bool_),))


def isnan(x):
    """Is x NaN? bool."""
    x = as_tensor(x)
    return emit(_fallback("isnan"), (x,), ((x.shape, bool_),))


def isinf(x):
    """Is x infinite? bool."""
    x = as_tensor(x)
    return emit(_fallback("isinf"), (x,), ((x.shape, bool_),))


def isfinite(x):
    """Is x neither infinite nor NaN? bool."""
    x = as_tensor(x)
    return emit(_fallback("isfinite"), (x,), ((x.shape, bool_),))


_WHERE = _numpy_function("where", np.where)


def where(condition, x, y):
    """x where the condition holds, else y; all three broadcast."""
    condition = as_tensor(condition)
    if not condition.dtype.is_bool:
        raise TypeError(
            f"where: `condition` must be bool. Received: dtype={condition.dtype.name}. Use cast(x, 'bool')."
        )
    x, y = operands("where", x, y)
    to = broadcast(condition.shape, broadcast(x.shape, y.shape).shape).shape
    z = emit(_WHERE, (condition, x, y), ((to, x.dtype),), dtype=x.dtype)

    def vjp(dz, needs):
        zero = zeros_like(dz)
        return (
            None,
            unbroadcast(where(condition, dz, zero), x.shape) if needs[1] else None,
            unbroadcast(where(condition, zero, dz), y.shape) if needs[2] else None,
        )

    return record(z, (condition, x, y), vjp)


def clip(x, low, high):
    """x moved into [low, high]. vjp: dy where low <= x <= high, as in TensorFlow."""
    x = as_tensor(x)
    low, high = as_tensor(low, like=x), as_tensor(high, like=x)
    y = _binary("minimum", _binary("maximum", x, low), high)

    def vjp(dy, needs):
        below, above = less(x, low), greater(x, high)
        inside = logical_not(logical_or(below, above))
        zero = zeros_like(dy)
        return (
            unbroadcast(where(inside, dy, zero), x.shape) if needs[0] else None,
            unbroadcast(where(below, dy, zero), low.shape) if needs[1] else None,
            unbroadcast(where(above, dy, zero), high.shape) if needs[2] else None,
        )

    return record(y, (x, low, high), vjp)


# ---------------------------------------------------------------------------------------------- types


_CAST_BY_NUMPY = _numpy_function("cast", lambda x: x)


def cast(x, dtype):
    """x with another element type; floats are cut toward zero for integers, anything but 0 is True."""
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
    x = as_tensor(x)
    return shape.zeros(x.shape, dtype or x.dtype)


def ones_like(x, dtype=None):
    """Ones of the shape and dtype of x."""
    x = as_tensor(x)
    return shape.ones(x.shape, dtype or x.dtype)

"""Reductions: sums, means, extremes and their positions, along one axis, several or all. Names shadow Python's on purpose."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pyseq.core import as_tensor, bool_, emit, float16, float32, float64, int32, int64, kernels, numpy_kernel, record
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s
from pyseq.ops.axes import normalized_axes, normalized_axis, reduced, runs

REDUCE, ARG_EXTREME = kernels("reduce", "arg_extreme")
CODES = {"sum": 0, "prod": 1, "max": 2, "min": 3}  # as in csrc/reduce.h
COMPILED = (float32, float64, int32, int64)
_sum, _any, _all = sum, any, all


def _reduce(name: str, x, axes: tuple, keepdims: bool, divide_by: int = 0):
    """y of one of CODES, over at least one axis; of no elements it is the neutral element."""
    to, steps = _steps(x.shape, axes, keepdims)
    if x.dtype not in COMPILED:
        return _reduce_by_numpy(name, x, axes, to, divide_by)
    code, dtype = CODES[name], x.dtype
    for y_shape, sizes, parts, work, last in steps:
        dims = (code, *sizes, divide_by if last else 0)
        x = emit(REDUCE, (x,), ((y_shape, dtype),), dims, (), parts, work)
    return x


@lru_cache(maxsize=4096)
def _steps(shape: tuple, axes: tuple, keepdims: bool):
    """(shape of the result, [(shape, (outer, r, inner), parts, work, is it the last?) of each instruction])."""
    without, kept = reduced(shape, axes)
    to, steps = kept if keepdims else without, runs(shape, axes)
    return to, [
        (
            to if k == len(steps) - 1 else (outer, inner),
            (outer, r, inner),
            outer,
            outer * r * inner,
            k == len(steps) - 1,
        )
        for k, (outer, r, inner) in enumerate(steps)
    ]


def _reduce_by_numpy(name, x, axes, to, divide_by):
    function = {"sum": np.sum, "prod": np.prod, "max": np.max, "min": np.min}[name]
    wide = float32.numpy if x.dtype is float16 else x.dtype.numpy  # a float16 sum stops growing at 2048 ones
    how = {"dtype": wide} if name in ("sum", "prod") else {"initial": _neutral(name, x.dtype.numpy)}

    def fill(inputs, outputs, dims, attrs):
        with np.errstate(all="ignore"):
            y = function(inputs[0], axis=axes, **how)
            outputs[0][...] = np.reshape(y / divide_by if divide_by else y, outputs[0].shape)

    return emit(numpy_kernel(name, fill), (x,), ((to, x.dtype),))


def _neutral(name, dtype):
    """What max or min is of no elements: the number that loses to all others."""
    if dtype.kind == "b":
        return name == "min"
    if dtype.kind == "f":
        return -math.inf if name == "max" else math.inf
    return np.iinfo(dtype).min if name == "max" else np.iinfo(dtype).max


def _numbers(who, x):
    """x as a tensor of anything but bool, whose sums would be bool, too."""
    x = as_tensor(x)
    if x.dtype is bool_:
        raise invalid_type(f"{who}: `x` must be numbers. Received: dtype=bool. Use cast(x, dtype) or count_nonzero(x).")
    return x


def _floats(who, x):
    x = as_tensor(x)
    if not x.dtype.is_floating:
        raise invalid_type(
            f"{who}: `x` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    return x


def _spread(dy, x_shape: tuple, axes: tuple):
    """A gradient of a reduced tensor repeated along the axes that are gone."""
    return s.broadcast_to(s.reshape(dy, reduced(x_shape, axes)[1]), x_shape)


def sum(x, axis=None, keepdims=False):  # noqa: A001
    """The sum along `axis` (all by default).  vjp: dy to every element."""
    x = _numbers("sum", x)
    axes = normalized_axes("sum", axis, len(x.shape))
    if not axes:
        return x
    return record(_reduce("sum", x, axes, keepdims), (x,), lambda dy, needs: _spread(dy, x.shape, axes))


def mean(x, axis=None, keepdims=False):
    """The mean along `axis`; integers: cut toward zero, as in TensorFlow. Over no elements NaN, or 0."""
    x = _numbers("mean", x)
    axes = normalized_axes("mean", axis, len(x.shape))
    n = math.prod(x.shape[k] for k in axes)
    if not axes:
        return x
    if x.dtype.is_integer:
        return _mean_of_integers(x, axes, keepdims, n)
    if n == 0:
        return e.divide(sum(x, axis, keepdims), 0.0)

    def vjp(dy, needs):
        return _spread(e.divide(dy, float(n)), x.shape, axes)

    return record(_reduce("sum", x, axes, keepdims, n), (x,), vjp)


def _mean_of_integers(x, axes, keepdims, n):
    without, kept = reduced(x.shape, axes)
    count = n or 1

    def fill(inputs, outputs, dims, attrs):
        total = np.sum(inputs[0], axis=axes, keepdims=keepdims)  # 64 bits
        down = total // count
        outputs[0][...] = down + ((total < 0) & (total % count != 0))

    return emit(numpy_kernel("mean", fill), (x,), ((kept if keepdims else without, x.dtype),))


def max(x, axis=None, keepdims=False):  # noqa: A001
    """The largest along `axis`; NaN if there is one. vjp: equal parts to all that are largest, as in TensorFlow."""
    return _extreme("max", x, axis, keepdims)


def min(x, axis=None, keepdims=False):  # noqa: A001
    """The smallest along `axis`; NaN if there is one."""
    return _extreme("min", x, axis, keepdims)


def _extreme(name, x, axis, keepdims):
    x = as_tensor(x)
    axes = normalized_axes(name, axis, len(x.shape))
    if not axes:
        return x
    y = _reduce(name, x, axes, keepdims)

    def vjp(dy, needs):
        mask = e.cast(e.equal(x, s.reshape(y, reduced(x.shape, axes)[1])), x.dtype)
        count = sum(mask, axes, True)
        return e.multiply(e.divide(mask, count), s.reshape(dy, count.shape))

    return record(y, (x,), vjp)


def prod(x, axis=None, keepdims=False):
    """The product along `axis`."""
    x = _numbers("prod", x)
    axes = normalized_axes("prod", axis, len(x.shape))
    if not axes:
        return x

    def vjp(dy, needs):
        return e.multiply(_spread(dy, x.shape, axes), _products_of_the_others(x, axes))

    return record(_reduce("prod", x, axes, keepdims), (x,), vjp)


def _products_of_the_others(x, axes):
    """For each element the product of the others along the axes, right with zeros, too."""
    others = [k for k in range(len(x.shape)) if k not in axes]
    order = (*others, *axes)
    flat = s.reshape(s.transpose(x, order), (*(x.shape[k] for k in others), math.prod(x.shape[k] for k in axes)))
    before = cumprod(flat, -1, exclusive=True)
    after = s.flip(cumprod(s.flip(flat, -1), -1, exclusive=True), -1)
    back = s.reshape(e.multiply(before, after), tuple(x.shape[k] for k in order))
    return s.transpose(back, tuple(int(k) for k in np.argsort(order)))


def any(x, axis=None, keepdims=False):  # noqa: A001
    """Is any element true? bool."""
    return _truth("any", np.any, x, axis, keepdims)


def all(x, axis=None, keepdims=False):  # noqa: A001
    """Are all elements true? bool."""
    return _truth("all", np.all, x, axis, keepdims)


def _truth(name, function, x, axis, keepdims):
    x = e.cast(x, bool_)
    axes = normalized_axes(name, axis, len(x.shape))
    without, kept = reduced(x.shape, axes)

    def fill(inputs, outputs, dims, attrs):
        outputs[0][...] = function(inputs[0], axis=axes, keepdims=keepdims)

    return emit(numpy_kernel(name, fill), (x,), ((kept if keepdims else without, bool_),))


def argmax(x, axis=-1, dtype=int64):
    """The position of the first largest element along `axis`. NaN is never larger, as in TensorFlow: all NaN gives 0."""
    return _arg_extreme("argmax", 0, x, axis, dtype)


def argmin(x, axis=-1, dtype=int64):
    """The position of the first smallest element along `axis`."""
    return _arg_extreme("argmin", 1, x, axis, dtype)


def _arg_extreme(who, smallest, x, axis, dtype):
    x = as_tensor(x)
    if axis is None:
        x, axis = s.reshape(x, (-1,)), 0
    axis = normalized_axis(who, axis, len(x.shape))
    if not x.shape or x.shape[axis] == 0:
        raise invalid(f"{who}: `x` must have elements along the axis. Received: x.shape={x.shape}, axis={axis}.")
    to = reduced(x.shape, (axis,))[0]
    if x.dtype is float32 or x.dtype is float64:
        outer, r, inner = runs(x.shape, (axis,))[0]
        y = emit(ARG_EXTREME, (x,), ((to, int64),), (smallest, outer, r, inner), (), outer, x.size)
    else:
        function = np.argmin if smallest else np.argmax

        def fill(inputs, outputs, dims, attrs):
            a = inputs[0]
            if a.dtype == np.float16:
                a = np.where(np.isnan(a), np.float16(math.inf if smallest else -math.inf), a)
            outputs[0][...] = function(a, axis=axis)

        y = emit(numpy_kernel(who, fill), (x,), ((to, int64),))
    return e.cast(y, dtype)


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) without overflow."""
    x = _floats("logsumexp", x)
    axes = normalized_axes("logsumexp", axis, len(x.shape))
    if not axes:
        return x
    top = _reduce("max", x, axes, True)  # a constant shift: it has no gradient
    top = e.where(e.isfinite(top), top, e.zeros_like(top))
    y = e.add(e.log(sum(e.exp(e.subtract(x, top)), axes, True)), top)
    return y if keepdims else s.reshape(y, reduced(x.shape, axes)[0])


def var(x, axis=None, keepdims=False):
    """The mean squared distance from the mean. Floating point only, as in TensorFlow."""
    return _var("var", x, axis, keepdims)


def std(x, axis=None, keepdims=False):
    """The standard deviation: sqrt(var)."""
    return e.sqrt(_var("std", x, axis, keepdims))


def _var(who, x, axis, keepdims):
    x = _floats(who, x)
    axes = normalized_axes(who, axis, len(x.shape))
    return mean(e.square(e.subtract(x, mean(x, axes, True))), axes, keepdims)


def count_nonzero(x, axis=None, keepdims=False, dtype=int64):
    """How many elements are not zero."""
    x = e.cast(e.cast(x, bool_), dtype)
    return sum(x, normalized_axes("count_nonzero", axis, len(x.shape)), keepdims)


def cumsum(x, axis=0, exclusive=False, reverse=False):
    """Running sums along `axis`; exclusive: without the element itself; reverse: from the end."""
    x = _numbers("cumsum", x)
    axis = normalized_axis("cumsum", axis, len(x.shape))
    y = _running("cumsum", np.cumsum, 0, x, axis, exclusive, reverse)
    return record(y, (x,), lambda dy, needs: cumsum(dy, axis, exclusive, not reverse))


def cumprod(x, axis=0, exclusive=False, reverse=False):
    """Running products along `axis`."""
    x = _numbers("cumprod", x)
    axis = normalized_axis("cumprod", axis, len(x.shape))
    y = _running("cumprod", np.cumprod, 1, x, axis, exclusive, reverse)

    def vjp(dy, needs):  # right where x has no zeros, as TensorFlow's; 0 for a zero
        return e.divide_no_nan(cumsum(e.multiply(dy, y), axis, exclusive, not reverse), x)

    return record(y, (x,), vjp)


def _running(name, function, neutral, x, axis, exclusive, reverse):
    def fill(inputs, outputs, dims, attrs):
        a = np.flip(inputs[0], axis) if reverse else inputs[0]
        if exclusive:
            first = np.full_like(np.take(a, [0], axis), neutral) if a.shape[axis] else a
            a = np.concatenate([first, np.take(a, range(a.shape[axis] - 1), axis)], axis) if a.shape[axis] else a
        with np.errstate(all="ignore"):
            y = function(a, axis=axis, dtype=np.float32 if a.dtype == np.float16 else a.dtype)
            outputs[0][...] = np.flip(y, axis) if reverse else y

    return emit(numpy_kernel(name, fill), (x,), ((x.shape, x.dtype),))

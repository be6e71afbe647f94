"""Reductions in NumPy: floating point in float64, integers in their own type, where sums and products wrap."""

import numpy as np

NAMES = "sum mean max min prod any all var std logsumexp count_nonzero".split()
INTEGERS = "sum mean max min prod any all count_nonzero".split()  # of them those that integers have


def _wide(x):
    return x.astype("float64") if x.dtype.kind == "f" else x


def _lowest(dtype, sign):
    if np.dtype(dtype).kind == "f":
        return -sign * np.inf
    return np.iinfo(dtype).min if sign == 1 else np.iinfo(dtype).max


def reduced(name, x, axis=None, keepdims=False):
    """y of the reduction `name`, float64 for floating point."""
    how = {"axis": axis, "keepdims": keepdims}
    dtype, x = x.dtype, _wide(x)
    with np.errstate(all="ignore"):
        if name in ("sum", "prod"):
            return getattr(np, name)(x, dtype=x.dtype, **how)
        if name in ("max", "min"):
            return getattr(np, name)(x, initial=_lowest(dtype, 1 if name == "max" else -1), **how)
        if name == "mean":
            if dtype.kind == "f":
                return np.sum(x, **how) / np.float64(_extent(x, axis))
            return np.trunc(np.sum(x.astype("float64"), **how) / max(_extent(x, axis), 1)).astype(dtype)
        if name in ("var", "std"):
            squares = (x - np.sum(x, axis=axis, keepdims=True) / np.float64(_extent(x, axis))) ** 2
            y = np.sum(squares, **how) / np.float64(_extent(x, axis))
            return y if name == "var" else np.sqrt(y)
        if name == "logsumexp":
            top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
            top = np.where(np.isfinite(top), top, 0)
            y = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
            return y if keepdims else np.reshape(y, np.sum(x, axis=axis).shape)
        return np.asarray(
            getattr(np, name)(x, **how)
        )  # any, all, count_nonzero: a plain int of all axes before NumPy 2.3


def _extent(x, axis):
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return int(np.prod([x.shape[k] for k in axes]))


def arg_extreme(x, axis, smallest):
    """The first position of the largest or smallest; NaN loses."""
    x = np.where(np.isnan(x), np.inf if smallest else -np.inf, x) if x.dtype.kind == "f" else x
    return (np.argmin if smallest else np.argmax)(x, axis)


def running(name, x, axis, exclusive=False, reverse=False):
    """Running sums or products, element by element."""
    x = np.moveaxis(_wide(x), axis, 0)
    y, t = np.empty_like(x), np.full(x.shape[1:], name == "cumprod", x.dtype)
    with np.errstate(all="ignore"):
        for k in range(len(x))[:: -1 if reverse else 1]:
            before, t = t, (t * x[k] if name == "cumprod" else t + x[k]).astype(x.dtype)
            y[k] = before if exclusive else t
    return np.moveaxis(y, 0, axis)

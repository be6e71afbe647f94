"""Rows put together by number: sums, means, products and extremes of the rows that have one number; counts of numbers."""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor, emit, float32, int64, numpy_kernel, record
from pyseq.core.errors import invalid, invalid_index, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s
from pyseq.ops.check import known_values

EXTREMES = {"max": np.maximum, "min": np.minimum}


def unsorted_segment(how, data, ids, n):
    """Rows of `data` put together by their number.

    Args:
        how: "sum", "mean", "sqrt_n" (the sum by the root of the count), "prod", "max" or "min".
        data: ids.shape + (...). ids: integers; rows with a negative one are left out.
        n: how many segments; a number that must be known.
    Returns:
        (n, ...). An empty segment gives 0 (prod: 1, max and min: the number that loses to all others).
    Raises:
        IndexError: an id is n or larger.
    Source: tf.math.unsorted_segment_sum and its kind.
    """
    who = f"unsorted_segment_{how}"
    data, ids, n = as_tensor(data), _numbers(who, ids), int(n)
    rank = len(ids.shape)
    if data.shape[:rank] != ids.shape or n < 0:
        raise invalid(
            f"{who}: `segment_ids` must have the first axes of `data`. Received: segment_ids.shape={ids.shape}, "
            f"data.shape={data.shape}, num_segments={n}."
        )
    rows, inner = math.prod(ids.shape), data.shape[rank:]
    flat = s.reshape(data, (rows, *inner))
    return _combined(who, how, flat, _checked(who, s.reshape(ids, (rows,)), n), n)


def segment(how, data, ids):
    """Rows of `data` put together by their number. `ids`: (rows,), ascending from 0, values known; else as `unsorted_segment`.
    An empty segment gives 0 (prod: 1)."""
    who = f"segment_{how}"
    data, ids = as_tensor(data), _numbers(who, ids)
    known = known_values(who, "`segment_ids`", ids)
    if known.ndim != 1 or data.shape[:1] != known.shape:
        raise invalid(
            f"{who}: `segment_ids` must have one number for each row of `data`. Received: segment_ids.shape={ids.shape}, "
            f"data.shape={data.shape}."
        )
    if len(known) and (known[0] < 0 or (np.diff(known) < 0).any()):
        raise invalid(f"{who}: `segment_ids` must not be negative nor descend. Received: segment_ids={known}.")
    n = int(known[-1]) + 1 if len(known) else 0
    y = _combined(who, how, data, e.cast(ids, int64), n)
    if how not in EXTREMES:
        return y
    empty = np.bincount(known, minlength=n).reshape(n, *(1,) * (len(data.shape) - 1)) == 0
    return e.where(as_tensor(empty), e.zeros_like(y), y) if empty.any() else y


def _numbers(who, ids):
    ids = as_tensor(ids)
    if not ids.dtype.is_integer:
        raise invalid_type(f"{who}: `segment_ids` must be integers. Received: dtype={ids.dtype.name}.")
    return ids


def _checked(who, ids, n):
    """The ids as int64; those of n or more are an error."""

    def fill(inputs, outputs, dims, attrs):
        if inputs[0].size and inputs[0].max() >= n:
            raise invalid_index(
                f"{who}: `segment_ids` must be less than num_segments={n}. Received: {inputs[0].max()}."
            )
        outputs[0][...] = inputs[0]

    return emit(numpy_kernel("segment_ids", fill), (ids,), ((ids.shape, int64),))


def _combined(who, how, data, ids, n):
    shape = (n, *data.shape[1:])
    if how == "sum":
        return s.scatter_rows(data, ids, shape)
    if how in ("mean", "sqrt_n"):
        return _means(who, how, data, ids, shape)
    return _extreme(how, data, ids, shape) if how in EXTREMES else _product(data, ids, shape)


def _means(who, how, data, ids, shape):
    total = s.scatter_rows(data, ids, shape)
    wide = data.dtype if data.dtype.is_floating else float32
    ones = s.ones((ids.shape[0],), wide)
    count = s.reshape(e.maximum(s.scatter_rows(ones, ids, shape[:1]), 1.0), (shape[0], *(1,) * (len(shape) - 1)))
    if how == "sqrt_n":
        count = e.sqrt(count)
    if data.dtype.is_floating:
        return e.divide(total, count)
    if who.startswith("unsorted"):
        return e.divide(total, e.cast(count, data.dtype))  # floats, as TensorFlow's
    whole = e.floor_divide(e.absolute(total), e.cast(count, data.dtype))  # toward zero
    return e.multiply(whole, e.sign(total))


def _extreme(how, data, ids, shape):
    function = EXTREMES[how]
    kind = np.finfo if data.dtype.is_floating else np.iinfo
    neutral = kind(data.dtype.numpy).min if how == "max" else kind(data.dtype.numpy).max

    def fill(inputs, outputs, dims, attrs):
        inside = inputs[1] >= 0
        outputs[0][...] = neutral
        function.at(outputs[0], inputs[1][inside], inputs[0][inside])

    y = emit(numpy_kernel(f"segment_{how}", fill), (data, ids), ((shape, data.dtype),))

    def vjp(dy, needs):
        """Equal parts to all rows that are the extreme."""
        hit = e.cast(e.equal(data, s.gather_rows(y, ids, y.dtype)), dy.dtype)
        part = e.divide_no_nan(dy, s.scatter_rows(hit, ids, shape))
        return e.multiply(hit, s.gather_rows(part, ids, dy.dtype)), None

    return record(y, (data, ids), vjp) if data.dtype.is_floating else y


def _product(data, ids, shape):
    def fill(inputs, outputs, dims, attrs):
        inside = inputs[1] >= 0
        outputs[0][...] = 1
        np.multiply.at(outputs[0], inputs[1][inside], inputs[0][inside])

    y = emit(numpy_kernel("segment_prod", fill), (data, ids), ((shape, data.dtype),))

    def vjp(dy, needs):
        """dy times the product of the others: with one zero in the segment that of what is not zero, with more of them 0."""
        zero = e.equal(data, e.zeros_like(data))
        zeros = s.gather_rows(s.scatter_rows(e.cast(zero, dy.dtype), ids, shape), ids, dy.dtype)
        rest = _product(e.where(zero, e.ones_like(data), data), ids, shape)
        here = s.gather_rows(rest, ids, dy.dtype)
        others = e.where(zero, here, e.divide(here, e.where(zero, e.ones_like(data), data)))
        counts = e.where(zero, e.equal(zeros, 1.0), e.equal(zeros, 0.0))
        picked = s.gather_rows(dy, ids, dy.dtype)
        return e.multiply(picked, e.where(counts, others, e.zeros_like(others))), None

    return record(y, (data, ids), vjp) if data.dtype.is_floating else y


def bincount(x, weights=None, minlength=0, maxlength=None, dtype="int32", by_row=False, binary=False):
    """How often each number occurs.

    Args:
        x: integers of at least 0. by_row: (rows, n), counted for each row.
        weights: shape of x; what each occurrence counts.
        minlength, maxlength: of the result, which else ends at the largest number; larger ones are not counted.
        binary: does it occur (1), or not (0)?
    Returns:
        (length,) or (rows, length), of `dtype`, or that of the weights. The values of x must be known unless the bounds are equal.
    """
    x = _numbers("bincount", x)
    if weights is not None:
        weights = as_tensor(weights)
        if weights.shape != x.shape:
            raise invalid(
                f"bincount: `weights` must have the shape of `arr`. Received: {weights.shape}, arr.shape={x.shape}."
            )
        if binary:
            raise invalid("bincount: `weights` must be None with `binary_output`. Received: both.")
    n = _length(x, minlength, maxlength)
    rows = x.shape[0] if by_row else 1
    flat = s.reshape(e.cast(x, int64), (rows, -1) if x.size else (rows, 0))
    counts = _counted(flat, n)
    values = s.ones((flat.size,), dtype) if weights is None else s.reshape(weights, (-1,))
    total = s.scatter_rows(values, s.reshape(counts, (-1,)), (rows * n,))
    if binary:
        total = e.minimum(total, 1)
    return s.reshape(total, (rows, n) if by_row else (n,))


def _length(x, minlength, maxlength):
    if minlength is not None and maxlength is not None and int(minlength) == int(maxlength):
        return int(minlength)
    known = known_values("bincount", "`arr` (give equal `minlength` and `maxlength`)", x)
    n = max(int(known.max()) + 1 if known.size else 0, int(minlength or 0))
    return n if maxlength is None else min(n, int(maxlength))


def _counted(flat, n):
    """Where in (rows * n,) each number counts; -1: nowhere."""

    def fill(inputs, outputs, dims, attrs):
        a = inputs[0]
        if a.size and a.min() < 0:
            raise invalid(f"bincount: `arr` must not be negative. Received: {a.min()}.")
        outputs[0][...] = np.where(a < n, a + n * np.arange(len(a))[:, None], -1)

    return emit(numpy_kernel("counted", fill), (flat,), ((flat.shape, int64),))

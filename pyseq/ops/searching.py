"""Which values there are and where they stand: unique, searchsorted and their kind. None has a gradient."""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_dtype, as_tensor, bool_, emit, int32, numpy_kernel
from pyseq.core.errors import invalid, invalid_index
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s
from pyseq.ops.check import known_values


def unique(x, dtype=int32):
    """(the values of a vector in the order of their first occurrence, for each element the number of its value, counts).

    Args:
        x: (n,), values known. dtype: of numbers and counts.
    Source: tf.unique_with_counts.
    """
    known = known_values("unique", "`x`", x)
    if known.ndim != 1:
        raise invalid(f"unique: `x` must be a vector. Received: x.shape={known.shape}.")
    _, first, inverse, counts = np.unique(
        known, return_index=True, return_inverse=True, return_counts=True, equal_nan=False
    )
    order = np.argsort(first, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    kind = as_dtype(dtype).numpy
    return (
        as_tensor(known[first[order]]),
        as_tensor(rank[inverse.reshape(-1)].astype(kind)),
        as_tensor(counts[order].astype(kind)),
    )


def searchsorted(sorted_sequence, values, side="left", dtype=int32):
    """Where each value would have to be inserted to keep the order.

    Args:
        sorted_sequence: (..., n) ascending along the last axis. values: (..., m), the same leading axes and dtype.
        side: "left": before equal ones; "right": behind them.
    Returns:
        (..., m) of `dtype`.
    """
    sorted_sequence, values = e.operands("searchsorted", sorted_sequence, values)
    if side not in ("left", "right"):
        raise invalid(f"searchsorted: `side` must be 'left' or 'right'. Received: side={side!r}.")
    if not values.shape or sorted_sequence.shape[:-1] != values.shape[:-1] or not sorted_sequence.shape:
        raise invalid(
            f"searchsorted: `values` must have the leading axes of `sorted_sequence`. Received: shapes "
            f"{sorted_sequence.shape} and {values.shape}."
        )
    rows = math.prod(values.shape[:-1])

    def fill(inputs, outputs, dims, attrs):
        a, v = (x.reshape(rows, x.shape[-1]) for x in inputs)
        y = outputs[0].reshape(rows, v.shape[-1])
        for k in range(rows):
            y[k] = np.searchsorted(a[k], v[k], side)

    return emit(
        numpy_kernel("searchsorted", fill),
        (sorted_sequence, values),
        ((values.shape, as_dtype(dtype)),),
        dtype=values.dtype,
    )


def invert_permutation(x):
    """y with y[x[i]] = i for a vector of the numbers from 0 on, each once."""
    x = as_tensor(x)
    if not x.dtype.is_integer or len(x.shape) != 1:
        raise invalid(
            f"invert_permutation: `x` must be a vector of integers. Received: shape={x.shape}, dtype={x.dtype.name}."
        )

    def fill(inputs, outputs, dims, attrs):
        if not np.array_equal(np.sort(inputs[0]), np.arange(len(inputs[0]))):
            raise invalid(
                f"invert_permutation: `x` must hold each number from 0 on once. Received: {inputs[0].tolist()}."
            )
        outputs[0][inputs[0]] = np.arange(len(inputs[0]))

    return emit(numpy_kernel("invert_permutation", fill), (x,), ((x.shape, x.dtype),))


def in_top_k(targets, predictions, k):
    """Is the prediction of its target among the k largest of each row? Ties count as among them.

    Args:
        targets: (rows,) integers. predictions: (rows, classes). A row with NaN or infinity at the target, or a target that is
            no class, is false.
    Source: tf.math.in_top_k.
    """
    targets, predictions = as_tensor(targets), as_tensor(predictions)
    if len(predictions.shape) != 2 or targets.shape != predictions.shape[:1] or not targets.dtype.is_integer:
        raise invalid(
            f"in_top_k: `targets` must have an integer for each row of `predictions`. Received: "
            f"targets.shape={targets.shape}, predictions.shape={predictions.shape}, targets.dtype={targets.dtype.name}."
        )

    def fill(inputs, outputs, dims, attrs):
        y, rows = outputs[0], inputs[0]
        t = inputs[1].astype("int64")
        valid = (t >= 0) & (t < rows.shape[1])
        if not rows.shape[1]:
            y[...] = False
            return
        own = rows[np.arange(len(rows)), np.where(valid, t, 0)]
        y[...] = valid & np.isfinite(own) & np.isfinite(rows).all(1) & ((rows > own[:, None]).sum(1) < k)

    return emit(numpy_kernel("in_top_k", fill), (predictions, targets), ((targets.shape, bool_),))


def unravel_index(indices, dims):
    """The places (rank, n) that numbers (n,) have in an array of extents `dims`."""
    indices, dims = as_tensor(indices), tuple(np.asarray(dims).reshape(-1).tolist())

    def fill(inputs, outputs, given, attrs):
        try:
            outputs[0][...] = np.unravel_index(inputs[0], dims)
        except ValueError:
            raise invalid_index(
                f"unravel_index: `indices` must be in [0, {math.prod(dims)}). Received: {inputs[0].tolist()}."
            ) from None

    return emit(numpy_kernel("unravel_index", fill), (indices,), (((len(dims), *indices.shape), indices.dtype),))


def histogram_bins(values, value_range, n, dtype=int32):
    """For each value the number of its bin of `n` equal ones over (low, high); what is outside is in the first or last."""
    values = as_tensor(values)
    low, high = np.asarray(value_range).reshape(-1).tolist()
    if not low < high or int(n) < 1:
        raise invalid(
            f"histogram: `value_range` must ascend and `nbins` be at least 1. Received: {value_range}, nbins={n}."
        )
    scaled = e.divide(e.subtract(e.cast(values, "float64"), low), high - low)
    floors = e.floor(e.multiply(scaled, float(n)))
    return e.cast(e.clip(floors, 0.0, float(n) - 1.0), dtype)


def partitions(x, numbers, n):
    """The list of n tensors of the slices of x that have number 0, 1, ..; numbers: the first axes of x, values known."""
    from pyseq.ops.gather import gather

    x, known = as_tensor(x), known_values("dynamic_partition", "`partitions`", numbers)
    if x.shape[: known.ndim] != known.shape:
        raise invalid(
            f"dynamic_partition: `partitions` must have the first axes of `data`. Received: shapes {known.shape} and {x.shape}."
        )
    if known.size and not (0 <= known.min() and known.max() < n):
        raise invalid(f"dynamic_partition: `partitions` must be in [0, {n}). Received: {known.min()} to {known.max()}.")
    flat = s.reshape(x, (known.size, *x.shape[known.ndim :]))
    return [gather(flat, as_tensor(np.flatnonzero(known.reshape(-1) == k)), 0) for k in range(n)]


def stitched(indices, data):
    """One tensor of several: slice j of data[k] at place indices[k][j], the last wins. Indices: values known."""
    from pyseq.ops.gather import gather

    known = [known_values("dynamic_stitch", "`indices`", i) for i in indices]
    tensors = s.same_kind("dynamic_stitch", list(data))
    rests = {t.shape[i.ndim :] if t.shape[: i.ndim] == i.shape else None for i, t in zip(known, tensors, strict=True)}
    if len(rests) > 1 or None in rests:
        raise invalid(
            "dynamic_stitch: `data` must have the axes of `indices`, then axes of one shape. Received: shapes "
            f"{[tuple(t.shape) for t in tensors]} and {[tuple(i.shape) for i in known]}."
        )
    rest = rests.pop()
    rows = s.concatenate([s.reshape(t, (i.size, *rest)) for i, t in zip(known, tensors, strict=True)], 0)
    flat = np.concatenate([i.reshape(-1) for i in known])
    n = int(flat.max()) + 1 if flat.size else 0
    source = np.full(n, -1, "int64")
    source[flat] = np.arange(len(flat))
    if (source < 0).any():
        return s.gather_rows(rows, as_tensor(source), rows.dtype)  # what no index names is 0
    return gather(rows, as_tensor(source), 0)

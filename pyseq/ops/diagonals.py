"""Diagonals and bands of matrices in the last two axes. Which element goes where depends on the extents alone."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pyseq.core import as_tensor, bool_
from pyseq.core.errors import invalid
from pyseq.ops import elementwise as e
from pyseq.ops import reduce
from pyseq.ops import shape as s
from pyseq.ops.gather import gather

ALIGNMENTS = ("LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT")


def _matrices(who, x, name="x"):
    x = as_tensor(x)
    if len(x.shape) < 2:
        raise invalid(f"{who}: `{name}` must be matrices (..., m, n). Received: {name}.shape={x.shape}.")
    return x


def _band(who, k):
    """(lowest, highest) diagonal."""
    ks = np.asarray(k).reshape(-1).tolist()
    if len(ks) not in (1, 2) or ks[0] > ks[-1]:
        raise invalid(f"{who}: `k` must be a diagonal or (lowest, highest). Received: k={k}.")
    return int(ks[0]), int(ks[-1])


def _check_align(who, align):
    if align not in ALIGNMENTS:
        raise invalid(f"{who}: `align` must be one of {ALIGNMENTS}. Received: align={align!r}.")


@lru_cache(maxsize=256)
def _places(m, n, low, high, align):
    """(rows, columns, which are none) of the elements of the diagonals high, .., low of an (m, n) matrix, a row for each."""
    longest = min(m + min(high, 0), n - max(low, 0))
    rows, columns = np.zeros((high - low + 1, longest), "int64"), np.zeros((high - low + 1, longest), "int64")
    for line, k in enumerate(range(high, low - 1, -1)):
        length = min(m + min(k, 0), n - max(k, 0))
        side = align.split("_")[0 if k > 0 else 1]  # "RIGHT_LEFT": above the main one right, below it left
        first = longest - length if side == "RIGHT" else 0
        steps = np.arange(longest) - first
        rows[line], columns[line] = steps - min(k, 0), steps + max(k, 0)
        outside = (steps < 0) | (steps >= length)
        rows[line, outside] = columns[line, outside] = -1
    return rows, columns, rows < 0


def diag_part(x, k=0, padding_value=0, align="RIGHT_LEFT"):
    """The diagonals of matrices.

    Args:
        x: (..., m, n). k: which diagonal, 0 the main one, above it positive; (lowest, highest) for several.
        padding_value: fills the shorter of several diagonals. align: on which side the upper and the lower ones stand.
    Returns:
        (..., length), or (..., diagonals, longest) for several, the highest first.
    Source: tf.linalg.diag_part.
    """
    x = _matrices("diag_part", x)
    m, n = x.shape[-2:]
    low, high = _band("diag_part", k)
    _check_align("diag_part", align)
    if not -m < low <= high < n and (low, high) != (0, 0):
        raise invalid(f"diag_part: `k` must be in ({-m}, {n}). Received: k={k}, x.shape={x.shape}.")
    rows, columns, none = _places(m, n, low, high, align)
    flat = s.reshape(x, (*x.shape[:-2], m * n))
    picked = gather(flat, as_tensor(np.where(none, 0, rows * n + columns).reshape(-1)), -1)
    if none.any():
        picked = e.where(as_tensor(~none.reshape(-1)), picked, as_tensor(padding_value, dtype=x.dtype))
    shape = (*x.shape[:-2], none.shape[1]) if low == high else (*x.shape[:-2], *none.shape)
    return s.reshape(picked, shape)


def diag(diagonal, k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with these diagonals, `padding_value` elsewhere.

    Args:
        diagonal: (..., length), or (..., diagonals, longest) if `k` is (lowest, highest).
        num_rows, num_cols: of the matrices; -1: as small as they can be.
    Returns:
        (..., m, n).
    Source: tf.linalg.diag.
    """
    diagonal = as_tensor(diagonal)
    low, high = _band("diag", k)
    _check_align("diag", align)
    several = low != high
    if len(diagonal.shape) < 1 + several or several and diagonal.shape[-2] != high - low + 1:
        raise invalid(f"diag: `diagonal` must have a row for each of k={k}. Received: diagonal.shape={diagonal.shape}.")
    longest = diagonal.shape[-1]
    m, n = _extents(int(num_rows), int(num_cols), longest, low, high)
    if min(m + min(high, 0), n - max(low, 0)) != longest:
        raise invalid(
            f"diag: `num_rows` and `num_cols` must fit diagonals of length {longest}. "
            f"Received: num_rows={num_rows}, num_cols={num_cols}, k={k}."
        )
    lead = diagonal.shape[: -1 - several]
    source, inside = _sources(m, n, low, high, align)
    flat = s.reshape(diagonal, (*lead, (high - low + 1) * longest))
    placed = gather(flat, as_tensor(source.reshape(-1)), -1) if flat.shape[-1] else s.zeros((*lead, m * n), flat.dtype)
    y = e.where(as_tensor(inside.reshape(-1)), placed, as_tensor(padding_value, dtype=diagonal.dtype))
    return s.reshape(y, (*lead, m, n))


def _extents(m, n, longest, low, high):
    least_m, least_n = longest - min(high, 0), longest + max(low, 0)
    if m < 0 and n < 0:
        m = n = max(least_m, least_n)
    elif m < 0:
        m = least_m
    elif n < 0:
        n = least_n
    return m, n


@lru_cache(maxsize=256)
def _sources(m, n, low, high, align):
    """(for each element of an (m, n) matrix its place in the flat diagonals, is it on one?)."""
    rows, columns, none = _places(m, n, low, high, align)
    source, inside = np.zeros((m, n), "int64"), np.zeros((m, n), bool)
    numbers = np.arange(none.size).reshape(none.shape)
    source[rows[~none], columns[~none]] = numbers[~none]
    inside[rows[~none], columns[~none]] = True
    return source, inside


def set_diag(x, diagonal, k=0, align="RIGHT_LEFT"):
    """Matrices x (..., m, n) with their diagonals replaced; `diagonal` is what `diag_part` gives."""
    x = _matrices("set_diag", x)
    diagonal = e.operands("set_diag", x, diagonal)[1]
    m, n = x.shape[-2:]
    low, high = _band("set_diag", k)
    _check_align("set_diag", align)
    longest = min(m + min(high, 0), n - max(low, 0))
    shape = (*x.shape[:-2], longest) if low == high else (*x.shape[:-2], high - low + 1, longest)
    if diagonal.shape != shape:
        raise invalid(f"set_diag: `diagonal` must have the shape {shape}. Received: diagonal.shape={diagonal.shape}.")
    return e.where(as_tensor(_sources(m, n, low, high, align)[1]), diag(diagonal, k, m, n, 0, align), x)


def band_part(x, num_lower, num_upper):
    """x (..., m, n) with zeros outside of a band: so many diagonals below and above the main one; -1: all of them."""
    x = _matrices("band_part", x)
    m, n = x.shape[-2:]
    low, high = int(num_lower), int(num_upper)
    if low > m or high > n:
        raise invalid(
            f"band_part: `num_lower` and `num_upper` must be at most {m} and {n}. Received: {num_lower}, {num_upper}."
        )
    distance = np.arange(n) - np.arange(m)[:, None]
    inside = ((distance >= -low) | (low < 0)) & ((distance <= high) | (high < 0))
    return (
        e.where(as_tensor(inside), x, e.zeros_like(x)) if x.dtype is not bool_ else e.logical_and(as_tensor(inside), x)
    )


def trace(x):
    """The sum of the main diagonal of matrices (..., m, n)."""
    return reduce.sum(diag_part(x), -1)


def tensor_diag(diagonal):
    """A tensor with twice the axes: diagonal[i, ..] at [i, .., i, ..], zeros elsewhere."""
    diagonal = as_tensor(diagonal)
    n = math.prod(diagonal.shape)
    return s.reshape(diag(s.reshape(diagonal, (n,))), (*diagonal.shape, *diagonal.shape))


def tensor_diag_part(x):
    """What `tensor_diag` was made of: x has an even number of axes, the second half as the first."""
    x = as_tensor(x)
    half = x.shape[: len(x.shape) // 2]
    if not half or x.shape != (*half, *half):
        raise invalid(
            f"tensor_diag_part: `x` must have each axis twice, (a, b, .., a, b, ..). Received: x.shape={x.shape}."
        )
    n = math.prod(half)
    return s.reshape(diag_part(s.reshape(x, (n, n))), half)

"""keras.ops: reductions, positions, order."""

from __future__ import annotations

import builtins
import math

import numpy as np

from pyseq.core import as_tensor, bool_, dispatch, int32
from pyseq.core.errors import invalid
from pyseq.ops import elementwise, reduce, searching
from pyseq.ops import segment as segment_ops
from pyseq.ops import shape as s
from pyseq.ops.face.promotion import floats, numbers, same


def _kept(x, made, axis, keepdims):
    return s.reshape(made, (1,) * len(x.shape)) if keepdims and axis is None else made


def sum(x, axis=None, keepdims=False):
    """The sum along the axes, all by default; of booleans int32."""
    return reduce.sum(*numbers(x), axis, keepdims)


def prod(x, axis=None, keepdims=False, dtype=None):
    """The product along the axes."""
    (x,) = numbers(x)
    return reduce.prod(x if dtype is None else elementwise.cast(x, dtype), axis, keepdims)


def mean(x, axis=None, keepdims=False):
    """The mean along the axes, floating point."""
    return reduce.mean(*floats(x), axis, keepdims)


def var(x, axis=None, keepdims=False):
    """The variance along the axes."""
    return reduce.var(*floats(x), axis, keepdims)


def std(x, axis=None, keepdims=False):
    """The standard deviation along the axes."""
    return reduce.std(*floats(x), axis, keepdims)


def moments(x, axes, keepdims=False, synchronized=False):
    """(mean, variance) along the axes; `synchronized`: there is one process."""
    return mean(x, axes, keepdims), var(x, axes, keepdims)


def max(x, axis=None, keepdims=False, initial=None):
    """The largest along the axes; not less than `initial`."""
    return _extreme(reduce.max, elementwise.maximum, x, axis, keepdims, initial)


def min(x, axis=None, keepdims=False, initial=None):
    """The smallest along the axes; not more than `initial`."""
    return _extreme(reduce.min, elementwise.minimum, x, axis, keepdims, initial)


def _extreme(op, of_two, x, axis, keepdims, initial):
    (x,) = same(x)
    made = (
        elementwise.cast(op(elementwise.cast(x, int32), axis, keepdims), bool_)
        if x.dtype is bool_
        else op(x, axis, keepdims)
    )
    return made if initial is None else of_two(*same(made, initial))


def amax(x, axis=None, keepdims=False):
    """The largest along the axes."""
    return max(x, axis, keepdims)


def amin(x, axis=None, keepdims=False):
    """The smallest along the axes."""
    return min(x, axis, keepdims)


def ptp(x, axis=None, keepdims=False):
    """The largest less the smallest."""
    return elementwise.subtract(max(x, axis, keepdims), min(x, axis, keepdims))


def any(x, axis=None, keepdims=False):
    """Is any element true?"""
    return reduce.any(as_tensor(x), axis, keepdims)


def all(x, axis=None, keepdims=False):
    """Are all elements true?"""
    return reduce.all(as_tensor(x), axis, keepdims)


def allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Are all elements close? See `isclose`."""
    from pyseq.ops.face.arithmetic import isclose

    return reduce.all(isclose(x1, x2, rtol, atol, equal_nan))


def count_nonzero(x, axis=None):
    """How many elements are not zero, int32."""
    return reduce.count_nonzero(as_tensor(x), axis, dtype=int32)


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) without the overflow."""
    return reduce.logsumexp(*floats(x), axis, keepdims)


def average(x, axis=None, weights=None):
    """The mean along the axes; with weights (shape of x, or one for each slice along `axis`) sum(x w) / sum(w)."""
    if weights is None:
        return mean(x, axis)
    x, weights = floats(x, weights)
    if weights.shape != x.shape:
        if not isinstance(axis, int) or weights.shape != (x.shape[axis],):
            raise invalid(
                "average: `weights` must have the shape of x, or be a vector along `axis`. "
                f"Received: weights.shape={weights.shape}, x.shape={x.shape}, axis={axis}."
            )
        weights = s.reshape(weights, [-1 if k == axis % len(x.shape) else 1 for k in range(len(x.shape))])
        weights = s.broadcast_to(weights, x.shape)
    return elementwise.divide(reduce.sum(elementwise.multiply(x, weights), axis), reduce.sum(weights, axis))


def cumsum(x, axis=None, dtype=None):
    """Running sums along an axis, of the flat x by default."""
    return _running(reduce.cumsum, x, axis, dtype)


def cumprod(x, axis=None, dtype=None):
    """Running products along an axis."""
    return _running(reduce.cumprod, x, axis, dtype)


def _running(op, x, axis, dtype):
    (x,) = numbers(x)
    x = x if dtype is None else elementwise.cast(x, dtype)
    return op(s.reshape(x, (-1,)), 0) if axis is None else op(x, axis)


def argmax(x, axis=None, keepdims=False):
    """Position of the largest along an axis, in the flat x by default; int32."""
    return _position(reduce.argmax, x, axis, keepdims)


def argmin(x, axis=None, keepdims=False):
    """Position of the smallest along an axis."""
    return _position(reduce.argmin, x, axis, keepdims)


def _position(op, x, axis, keepdims):
    x = as_tensor(x)
    found = op(x, axis, int32)
    if not keepdims:
        return found
    return _kept(x, found, axis, True) if axis is None else s.expand_dims(found, axis)


def sort(x, axis=-1):
    """x in order along an axis; None: flat."""
    x = as_tensor(x)
    return s.sort(s.reshape(x, (-1,)), 0) if axis is None else s.sort(x, axis)


def argsort(x, axis=-1):
    """The positions that sort x along an axis; None: of the flat x."""
    x = as_tensor(x)
    return s.argsort(s.reshape(x, (-1,)), 0) if axis is None else s.argsort(x, axis)


def top_k(x, k, sorted=True):
    """(values, positions) of the k largest along the last axis."""
    return s.top_k(x, k, sorted)


def in_top_k(targets, predictions, k):
    """Is the class among the k largest predictions? bool (N,)."""
    return searching.in_top_k(as_tensor(targets), as_tensor(predictions), k)


def searchsorted(sorted_sequence, values, side="left"):
    """Where `values` would be put into a sorted vector."""
    sequence, values = same(sorted_sequence, values)
    return s.reshape(searching.searchsorted(sequence, s.reshape(values, (-1,)), side), values.shape)


def digitize(x, bins):
    """For each element the number of the bin, bounded by ascending `bins`, it falls into."""
    bins, x = floats(bins, x)
    return s.reshape(searching.searchsorted(bins, s.reshape(x, (-1,)), "right"), x.shape)


def bincount(x, weights=None, minlength=0, sparse=False):
    """How often each number occurs, or the sums of its weights."""
    if sparse:
        raise NotImplementedError("bincount: tensors are dense. Use sparse=False.")
    x = as_tensor(x)
    weights = None if weights is None else as_tensor(weights)
    if len(x.shape) == 2:
        return segment_ops.bincount(x, weights, minlength, by_row=True)
    return segment_ops.bincount(x, weights, minlength)


def quantile(x, q, axis=None, method="linear", keepdims=False):
    """The value below which a fraction q of the elements lies along the axes; q of several comes first in the shape.

    Args:
        method: "linear", "lower", "higher", "midpoint" or "nearest" between two elements.
    """
    (x,) = floats(x)
    if method not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise invalid(f"quantile: unknown `method`. Received: method={method!r}.")
    axes = range(len(x.shape)) if axis is None else [axis] if hasattr(axis, "__index__") else axis
    axes = sorted(k % len(x.shape) for k in axes)
    rest = [k for k in range(len(x.shape)) if k not in axes]
    extents = [x.shape[k] for k in rest]
    rows = s.sort(s.reshape(s.transpose(x, (*rest, *axes)), (*extents, math.prod(x.shape[k] for k in axes))), -1)
    fractions = np.asarray(q, dtype="float64")
    made = [_between(rows, float(f) * (rows.shape[-1] - 1), method) for f in fractions.reshape(-1)]
    if keepdims:
        made = [s.reshape(m, [1 if k in axes else d for k, d in enumerate(x.shape)]) for m in made]
    return made[0] if fractions.ndim == 0 else s.stack(made)


def _between(rows, place, method):
    low, high = math.floor(place), math.ceil(place)
    share = {"linear": place - low, "lower": 0.0, "higher": 1.0, "midpoint": 0.5 if high > low else 0.0,
             "nearest": float(builtins.round(place) - low)}[method]  # fmt: skip
    first, second = (s.unstack(s.getitem(rows, (Ellipsis, slice(k, k + 1))), axis=-1)[0] for k in (low, high))
    return first if share == 0.0 else elementwise.add(
        elementwise.multiply(first, 1.0 - share), elementwise.multiply(second, share)
    )  # fmt: skip


def median(x, axis=None, keepdims=False):
    """The middle element along the axes, or the mean of the two in the middle."""
    return quantile(x, 0.5, axis, "linear", keepdims)


def percentile(x, q, axis=None, method="linear", keepdims=False):
    """As `quantile`, with q from 0 to 100."""
    return quantile(x, np.asarray(q, dtype="float64") / 100, axis, method, keepdims)


def segment_sum(data, segment_ids, num_segments=None, sorted=False):
    """Sums of the slices that have one number, by number."""
    return _segment("sum", data, segment_ids, num_segments)


def segment_max(data, segment_ids, num_segments=None, sorted=False):
    """The largest of the slices that have one number, by number."""
    return _segment("max", data, segment_ids, num_segments)


def segment_min(data, segment_ids, num_segments=None, sorted=False):
    """The smallest of the slices that have one number, by number."""
    return _segment("min", data, segment_ids, num_segments)


def segment_prod(data, segment_ids, num_segments=None, sorted=False):
    """Products of the slices that have one number, by number."""
    return _segment("prod", data, segment_ids, num_segments)


def _segment(how, data, ids, n):
    ids = as_tensor(ids)
    if n is None:
        n = int(ids.numpy().max(initial=-1)) + 1
    return segment_ops.unsorted_segment(how, as_tensor(data), ids, n)


dispatch.face(globals(), "keras.ops")

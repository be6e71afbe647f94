"""Elements picked, put, ordered and found: gather, scatter, masks, sort."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from pyseq.core import as_dtype, as_tensor, dispatch, float32, int32
from pyseq.core.errors import invalid
from pyseq.ops import elementwise, reduce, searching, slicing
from pyseq.ops import gather as ops
from pyseq.ops import shape as shape_ops
from pyseq.ops.check import known_values
from pyseq.tf._given import axes_of, extents_of, tensor_of

__all__ = [
    "argsort", "boolean_mask", "dynamic_partition", "dynamic_stitch", "gather", "gather_nd", "histogram_fixed_width",
    "histogram_fixed_width_bins", "one_hot", "scatter_nd", "searchsorted", "sequence_mask", "slice", "sort", "strided_slice",
    "tensor_scatter_nd_add", "tensor_scatter_nd_max", "tensor_scatter_nd_min", "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update", "top_k", "unique", "unique_with_counts", "unravel_index", "where",
]  # fmt: skip

Unique = namedtuple("Unique", ("y", "idx"))
UniqueWithCounts = namedtuple("UniqueWithCounts", ("y", "idx", "count"))
TopKV2 = namedtuple("TopKV2", ("values", "indices"))
_slice = slice


def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    """Slices along an axis, picked by number; `batch_dims` leading axes of both go together. (Numbers are always checked.)"""
    axis = axes_of(axis)
    return ops.gather(tensor_of(params), indices, batch_dims if axis is None else axis, batch_dims)


def gather_nd(params, indices, batch_dims=0, name=None):
    """Slices picked by the numbers along the last axis of `indices`, one for each leading axis."""
    return ops.gather_nd(tensor_of(params), indices, batch_dims)


def scatter_nd(indices, updates, shape, name=None):
    """Zeros of `shape` with the updates added where `indices` says."""
    return ops.scatter_nd(indices, tensor_of(updates), extents_of(shape))


def tensor_scatter_nd_update(tensor, indices, updates, name=None):
    """The tensor with rows replaced where `indices` says."""
    return ops.tensor_scatter_nd(tensor, indices, updates, "update")


def tensor_scatter_nd_add(tensor, indices, updates, name=None):
    """The tensor with the updates added where `indices` says."""
    return ops.tensor_scatter_nd(tensor, indices, updates, "add")


def tensor_scatter_nd_sub(tensor, indices, updates, name=None):
    """The tensor with the updates subtracted where `indices` says."""
    return ops.tensor_scatter_nd(tensor, indices, updates, "sub")


def tensor_scatter_nd_max(tensor, indices, updates, name=None):
    """The tensor with the larger of element and updates where `indices` says."""
    return ops.tensor_scatter_nd(tensor, indices, updates, "max")


def tensor_scatter_nd_min(tensor, indices, updates, name=None):
    """The tensor with the smaller of element and updates where `indices` says."""
    return ops.tensor_scatter_nd(tensor, indices, updates, "min")


def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """The slices for which the mask, of the shape from `axis` (0) on, is true. Its values must be known."""
    return ops.boolean_mask(tensor, mask, 0 if axis is None else axes_of(axis))


def where(condition, x=None, y=None, name=None):
    """x where `condition`, else y. With `condition` alone: positions of what is true, (count, ndim) int64."""
    if x is None and y is None:
        return ops.nonzero(condition)
    if x is None or y is None:
        raise ValueError(f"tf.where: `x` and `y` must both be given or both be None. Received: x={x!r}, y={y!r}.")
    return elementwise.where(elementwise.cast(tensor_of(condition), "bool"), x, y)


def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """`on_value` (1) at the index, `off_value` (0) elsewhere along a new axis, the last by default; an index outside of
    [0, depth) gives a row of `off_value`."""
    if dtype is None:
        given = on_value if on_value is not None else off_value
        dtype = float32 if given is None else tensor_of(given).dtype
    on, off = 1.0 if on_value is None else on_value, 0.0 if off_value is None else off_value
    return shape_ops.one_hot(indices, int(depth), on, off, -1 if axis is None else axis, dtype)


def sequence_mask(lengths, maxlen=None, dtype="bool", name=None):
    """(..., maxlen): true for the first `lengths` places. Without `maxlen` the largest length, whose value must be known."""
    lengths = tensor_of(lengths)
    if not lengths.dtype.is_integer:
        raise TypeError(f"tf.sequence_mask: `lengths` must be integers. Received: dtype={lengths.dtype.name}.")
    n = (
        known_values("tf.sequence_mask", "`lengths` (give `maxlen`)", lengths).max(initial=0)
        if maxlen is None
        else maxlen
    )
    if n < 0:
        raise invalid(f"tf.sequence_mask: `maxlen` must not be negative. Received: maxlen={maxlen}.")
    places = as_tensor(np.arange(int(n)), dtype=lengths.dtype)
    return elementwise.cast(elementwise.less(places, shape_ops.expand_dims(lengths, -1)), as_dtype(dtype))


def slice(input_, begin, size, name=None):
    """The piece of these extents that begins there; an extent of -1: up to the end."""
    x, begin, size = tensor_of(input_), extents_of(begin), extents_of(size)
    if len(begin) != x.ndim or len(size) != x.ndim:
        raise invalid(
            f"tf.slice: `begin` and `size` must have a number for each of {x.ndim} axes. Received: {begin}, {size}."
        )
    key = tuple([_slice(b, n if k == -1 else b + k) for b, k, n in zip(begin, size, x.shape, strict=True)])
    if any(not 0 <= b <= k.stop <= n or k.stop < b for b, k, n in zip(begin, key, x.shape, strict=True)):
        raise invalid(f"tf.slice: the piece must be inside. Received: begin={begin}, size={size}, shape={x.shape}.")
    return slicing.getitem(x, key)


def strided_slice(
    input_, begin, end, strides=None, begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0,
    var=None, name=None,
):  # fmt: skip
    """What `x[begin:end:strides]` gives; bit k of the masks: no begin, no end, "...", a new axis, an index at place k."""
    begin, end = extents_of(begin), extents_of(end)
    strides = (1,) * len(begin) if strides is None else extents_of(strides)
    key = []
    for k, (b, e, s) in enumerate(zip(begin, end, strides, strict=True)):
        bit = 1 << k
        if ellipsis_mask & bit:
            key.append(Ellipsis)
        elif new_axis_mask & bit:
            key.append(None)
        elif shrink_axis_mask & bit:
            key.append(b)
        else:
            key.append(_slice(None if begin_mask & bit else b, None if end_mask & bit else e, s))
    return slicing.getitem(tensor_of(input_), tuple(key))


# ------------------------------------------------------------------------------------------------ order, search


def sort(values, axis=-1, direction="ASCENDING", name=None):
    """The values in order along an axis."""
    return shape_ops.sort(tensor_of(values), axis, direction)


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """The positions that would sort the values along an axis, int32. (Equal values always keep their order.)"""
    return shape_ops.argsort(tensor_of(values), axis, direction)


def top_k(input, k=1, sorted=True, index_type=int32, name=None):
    """(values, indices) of the k largest along the last axis, largest first; the first of equals first."""
    values, indices = shape_ops.top_k(tensor_of(input), int(k))
    return TopKV2(values, elementwise.cast(indices, as_dtype(index_type)))


def unique(x, out_idx=int32, name=None):
    """(y: the values of a vector in the order of their first occurrence, idx: for each element the place of its value in y)."""
    return Unique(*searching.unique(tensor_of(x), out_idx)[:2])


def unique_with_counts(x, out_idx=int32, name=None):
    """As `unique`, and how often each value occurs."""
    return UniqueWithCounts(*searching.unique(tensor_of(x), out_idx))


def searchsorted(sorted_sequence, values, side="left", out_type=int32, name=None):
    """Where along the last axis each value would have to be inserted to keep the order."""
    return searching.searchsorted(tensor_of(sorted_sequence), values, side, out_type)


def unravel_index(indices, dims, name=None):
    """The places (rank, n) that numbers have in an array of extents `dims`."""
    return searching.unravel_index(tensor_of(indices), extents_of(dims))


def dynamic_partition(data, partitions, num_partitions, name=None):
    """The list of the slices with number 0, 1, ...; the values of `partitions` must be known."""
    return searching.partitions(tensor_of(data), partitions, int(num_partitions))


def dynamic_stitch(indices, data, name=None):
    """One tensor with slice j of data[k] at place indices[k][j]; the values of `indices` must be known."""
    return searching.stitched(indices, data)


def histogram_fixed_width_bins(values, value_range, nbins=100, dtype=int32, name=None):
    """For each value the number of its bin; what is outside of the range is in the first or last one."""
    return searching.histogram_bins(tensor_of(values), value_range, nbins, dtype)


def histogram_fixed_width(values, value_range, nbins=100, dtype=int32, name=None):
    """How many values are in each of `nbins` equal bins over `value_range`."""
    bins = shape_ops.reshape(searching.histogram_bins(tensor_of(values), value_range, nbins), (-1,))
    return reduce.sum(shape_ops.one_hot(bins, int(nbins), axis=0, dtype=dtype), 1)


dispatch.face(globals())

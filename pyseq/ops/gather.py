"""Rows picked by number and put back: gather, scatter and their kind. The work is that of `gather_rows` and `scatter_rows`.

gather      rows of an axis, also a number of them for each of some leading axes
gather_nd   the last axis of `indices` says where: one number for each leading axis of what is picked from
scatter_nd  zeros with rows added where `indices` says
"""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor, emit, int64, numpy_kernel, record
from pyseq.core.errors import invalid, invalid_index, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s
from pyseq.ops.axes import normalized_axis
from pyseq.ops.check import known_values, refuse_integers
from pyseq.ops.slicing import getitem


def whole_numbers(who, indices, name="indices"):
    """A tensor of integers."""
    indices = as_tensor(indices)
    if not indices.dtype.is_integer:
        raise invalid_type(
            f"{who}: `{name}` must be integers. Received: dtype={indices.dtype.name}. Use cast(x, 'int32')."
        )
    return indices


def gather(x, indices, axis=0, batch_dims=0):
    """Slices of x along an axis, picked by number.

    Args:
        x: any element type. indices: integers in [0, extent of the axis).
        axis: of x, not before `batch_dims`.
        batch_dims: so many leading axes x and `indices` have in common; each picks from its own part of x.
    Returns:
        x.shape[:axis] + indices.shape[batch_dims:] + x.shape[axis + 1:].  vjp: a slice picked twice gets the sum.
    Raises:
        IndexError: a number is outside. ValueError: the shapes do not go together.
    Source: tf.gather.
    """
    x, indices = as_tensor(x), whole_numbers("gather", indices)
    rank = len(indices.shape)
    if not -rank <= batch_dims <= rank:
        raise invalid(f"gather: `batch_dims` must be in [{-rank}, {rank}]. Received: batch_dims={batch_dims}.")
    batch = int(batch_dims) + (rank if batch_dims < 0 else 0)
    axis = normalized_axis("gather", batch if axis is None else axis, len(x.shape))
    if axis < batch:
        raise invalid(f"gather: `axis` must not be before batch_dims={batch}. Received: axis={axis}.")
    if x.shape[:batch] != indices.shape[:batch]:
        raise invalid(
            f"gather: `indices` must have the first {batch} extents of x. "
            f"Received: indices.shape={indices.shape}, x.shape={x.shape}."
        )
    n = x.shape[axis]

    def error(found):
        return invalid_index(f"gather: `indices` must be in [0, {n}). Received: {found}.")

    refuse_integers(indices, 0, n, error)
    lead, between, inner = x.shape[:batch], x.shape[batch:axis], x.shape[axis + 1 :]
    picked = indices.shape[batch:]
    numbers = e.cast(indices, int64)
    outer = math.prod(lead) * math.prod(between)
    if outer != 1:  # rows of x seen as (outer * n, ...)
        first = np.arange(outer, dtype="int64").reshape(*lead, math.prod(between), 1) * n
        numbers = e.add(s.reshape(numbers, (*lead, 1, math.prod(picked))), as_tensor(first))
    rows = s.gather_rows(s.reshape(x, (outer * n, *inner)), s.reshape(numbers, (-1,)), x.dtype)
    return s.reshape(rows, (*lead, *between, *picked, *inner))


def gather_nd(x, indices, batch_dims=0):
    """Slices of x picked by several numbers each.

    Args:
        indices: integers (..., d); x[i_1, .., i_d] is picked for each of the rows.
        batch_dims: so many leading axes x and `indices` have in common.
    Returns:
        indices.shape[:-1] + x.shape[batch_dims + d:].
    Raises:
        IndexError: a number is outside. ValueError: the shapes do not go together.
    Source: tf.gather_nd.
    """
    x, indices = as_tensor(x), whole_numbers("gather_nd", indices)
    batch = int(batch_dims)
    if not indices.shape or not 0 <= batch < len(indices.shape) or x.shape[:batch] != indices.shape[:batch]:
        raise invalid(
            f"gather_nd: `indices` must have an axis of numbers after the first batch_dims={batch}, which must be those "
            f"of x. Received: indices.shape={indices.shape}, x.shape={x.shape}."
        )
    depth = indices.shape[-1]
    if batch + depth > len(x.shape):
        raise invalid(
            f"gather_nd: the last axis of `indices` must not be longer than x has axes. "
            f"Received: indices.shape={indices.shape}, x.shape={x.shape}, batch_dims={batch}."
        )
    numbers = row_numbers("gather_nd", indices, x.shape[batch : batch + depth])
    lead = math.prod(x.shape[:batch])
    if batch:
        each = math.prod(x.shape[batch : batch + depth])
        first = as_tensor(np.arange(lead, dtype="int64")[:, None] * each)
        numbers = e.add(s.reshape(numbers, (lead, -1) if lead else (0, math.prod(indices.shape[batch:-1]))), first)
    inner = x.shape[batch + depth :]
    flat = s.reshape(x, (math.prod(x.shape[: batch + depth]), *inner))
    return s.reshape(s.gather_rows(flat, s.reshape(numbers, (-1,)), x.dtype), (*indices.shape[:-1], *inner))


def row_numbers(who, indices, extents):
    """Each row of `indices` as one number: the place in an array of `extents`; int64, flat."""
    extents = np.array(extents, dtype="int64")
    steps = np.concatenate([np.cumprod(extents[:0:-1])[::-1], [1]]).astype("int64") if len(extents) else extents

    def fill(inputs, outputs, dims, attrs):
        a = inputs[0]
        outside = (a < 0) | (a >= extents)
        if outside.any():
            where = np.argwhere(outside)[0][:-1]
            raise invalid_index(
                f"{who}: `indices` must be inside of {tuple(extents.tolist())}. Received: {a[tuple(where)].tolist()}."
            )
        outputs[0][...] = (a.astype("int64") @ steps).reshape(outputs[0].shape)

    return emit(
        numpy_kernel("row_numbers", fill), (indices,), (((math.prod(indices.shape[:-1]),), int64),), dtype=indices.dtype
    )


def scatter_nd(indices, updates, shape):
    """Zeros of `shape` with `updates` added where `indices` says.

    Args:
        indices: integers (..., d). updates: indices.shape[:-1] + shape[d:].
    Raises:
        IndexError: a number is outside. ValueError: the shapes do not go together.
    Source: tf.scatter_nd.
    """
    indices, updates = whole_numbers("scatter_nd", indices), as_tensor(updates)
    shape = s.checked_shape("scatter_nd", shape, least=0)
    depth = checked_updates("scatter_nd", indices, updates, shape)
    inner = shape[depth:]
    numbers = row_numbers("scatter_nd", indices, shape[:depth])
    rows = s.reshape(updates, (numbers.shape[0], *inner))
    return s.reshape(s.scatter_rows(rows, numbers, (math.prod(shape[:depth]), *inner)), shape)


def checked_updates(who, indices, updates, shape):
    """The length of the last axis of `indices`."""
    if not indices.shape or indices.shape[-1] > len(shape):
        raise invalid(
            f"{who}: `indices` must have a last axis, not longer than the tensor has axes. "
            f"Received: indices.shape={indices.shape}, shape={shape}."
        )
    depth = indices.shape[-1]
    if updates.shape != (*indices.shape[:-1], *shape[depth:]):
        raise invalid(
            f"{who}: `updates` must have the shape {(*indices.shape[:-1], *shape[depth:])}. "
            f"Received: updates.shape={updates.shape}, indices.shape={indices.shape}, shape={shape}."
        )
    return depth


def tensor_scatter_nd(x, indices, updates, how="update"):
    """x with rows changed where `indices` says. The last of several that go to one place wins.

    Args:
        indices: integers (..., d). updates: indices.shape[:-1] + x.shape[d:], of the dtype of x.
        how: "update" (set), "add", "sub", "max" or "min".
    Source: tf.tensor_scatter_nd_update and its kind.
    """
    who = f"tensor_scatter_nd_{how}"
    x, indices = as_tensor(x), whole_numbers(who, indices)
    updates = e.operands(who, x, updates)[1]
    if how == "add":
        return e.add(x, scatter_nd(indices, updates, x.shape))
    if how == "sub":
        return e.subtract(x, scatter_nd(indices, updates, x.shape))
    depth = checked_updates(who, indices, updates, x.shape)
    numbers = row_numbers(who, indices, x.shape[:depth])
    flat = (math.prod(x.shape[:depth]), *x.shape[depth:])
    rows = s.reshape(updates, (numbers.shape[0], *x.shape[depth:]))
    return s.reshape(_set_rows(s.reshape(x, flat), numbers, rows, how), x.shape)


def _set_rows(x, numbers, rows, how):
    function = {"max": np.maximum, "min": np.minimum}.get(how)

    def fill(inputs, outputs, dims, attrs):
        outputs[0][...] = inputs[0]
        if function is None:
            outputs[0][inputs[1]] = inputs[2]
        else:
            function.at(outputs[0], inputs[1], inputs[2])

    y = emit(numpy_kernel(f"set_rows_{how}", fill), (x, numbers, rows), ((x.shape, x.dtype),))

    def vjp(dy, needs):
        if function is None:
            zeros = e.zeros_like(rows, dy.dtype)
            dx = _set_rows(dy, numbers, zeros, "update") if needs[0] else None
            return dx, None, s.gather_rows(dy, numbers, dy.dtype) if needs[2] else None
        return _shared(dy, y, x, numbers, rows, needs)

    return record(y, (x, numbers, rows), vjp) if x.dtype.is_floating else y


def _shared(dy, y, x, numbers, rows, needs):
    """The gradient of an extreme: equal parts to all that are as large (or small), as TensorFlow has it."""
    here = e.cast(e.equal(x, y), dy.dtype)
    there = e.cast(e.equal(rows, s.gather_rows(y, numbers, y.dtype)), dy.dtype)
    part = e.divide(dy, e.add(here, s.scatter_rows(there, numbers, x.shape)))
    return (
        e.multiply(part, here) if needs[0] else None,
        None,
        e.multiply(there, s.gather_rows(part, numbers, dy.dtype)) if needs[2] else None,
    )


def boolean_mask(x, mask, axis=0):
    """The slices of x for which the mask is true.

    Args:
        mask: bool, of the shape of x from `axis` on, as many axes as it has; values known when the function is traced.
    Raises:
        ValueError: the shapes do not go together; the mask is a scalar.
    Source: tf.boolean_mask.
    """
    x, known = as_tensor(x), known_values("boolean_mask", "`mask`", mask)
    axis = normalized_axis("boolean_mask", axis, len(x.shape))
    end = axis + known.ndim
    if not known.ndim or known.dtype != bool or x.shape[axis:end] != known.shape:
        raise invalid(
            f"boolean_mask: `mask` must be bool, of the shape of x from axis {axis} on. "
            f"Received: mask.shape={known.shape}, mask.dtype={known.dtype}, x.shape={x.shape}."
        )
    flat = s.reshape(x, (*x.shape[:axis], known.size, *x.shape[end:]))
    return gather(flat, as_tensor(np.flatnonzero(known)), axis)


def nonzero(x):
    """The positions of what is not zero, (count, rank) int64. The values must be known."""
    return as_tensor(np.argwhere(known_values("where", "`condition`", x)))


def roll(x, shift, axis):
    """The elements moved along an axis, or several; what leaves at one end comes in at the other. `shift` may be a tensor."""
    x = as_tensor(x)
    shifts, axes = known_values("roll", "`shift`", shift).reshape(-1), np.asarray(axis).reshape(-1)
    if len(shifts) != len(axes):
        raise invalid(f"roll: `shift` and `axis` must be of one length. Received: shift={shift}, axis={axis}.")
    for n, k in zip(shifts.tolist(), axes.tolist(), strict=True):
        k = normalized_axis("roll", k, len(x.shape))
        extent = x.shape[k]
        cut = -n % extent if extent else 0
        if cut:
            before = (slice(None),) * k
            x = s.concatenate([getitem(x, (*before, slice(cut, None))), getitem(x, (*before, slice(0, cut)))], k)
    return x


def reverse_sequence(x, lengths, seq_axis, batch_axis=0):
    """The first `lengths[i]` elements along `seq_axis` in reverse order, for each i of `batch_axis`."""
    x, lengths = as_tensor(x), whole_numbers("reverse_sequence", lengths, "lengths")
    seq = normalized_axis("reverse_sequence", seq_axis, len(x.shape))
    batch = normalized_axis("reverse_sequence", batch_axis, len(x.shape))
    if seq == batch or lengths.shape != (x.shape[batch],):
        raise invalid(
            f"reverse_sequence: `lengths` must have one number for each of axis {batch}, which must not be `seq_axis`. "
            f"Received: lengths.shape={lengths.shape}, x.shape={x.shape}, seq_axis={seq_axis}."
        )
    extent = x.shape[seq]

    def error(found):
        return invalid(f"reverse_sequence: `lengths` must be in [0, {extent}]. Received: {found}.")

    refuse_integers(lengths, 0, extent + 1, error)
    steps = as_tensor(np.arange(extent, dtype="int64"))
    ends = s.expand_dims(e.cast(lengths, int64), 1)
    turned = e.where(e.less(steps, ends), e.subtract(e.subtract(ends, 1), steps), steps)  # (batch, extent)
    order = (batch, seq, *(k for k in range(len(x.shape)) if k not in (batch, seq)))
    y = gather(s.transpose(x, order), turned, 1, 1)
    return s.transpose(y, tuple(int(k) for k in np.argsort(order)))

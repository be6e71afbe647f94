"""Pieces of tensors: `x[key]`, margins, tensors one after another.

A key of integers, slices, Ellipsis and None picks a rectangle, which is one instruction (csrc/slicing.pyx), as is its gradient.
Arrays and tensors in a key pick elements one by one, in NumPy.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pyseq.core import Tensor, Variable, as_tensor, bool_, emit, kernels, numpy_kernel, record
from pyseq.core.errors import invalid, invalid_index, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s
from pyseq.ops.axes import normalized_axis
from pyseq.ops.check import known_values

SLICE, PUT_SLICE, CONCATENATE = kernels("slice", "put_slice", "concatenate")
MAX_RANK = 8
PART = 16384  # elements of a part, about
AT_ONCE = 8  # inputs of one instruction


# ------------------------------------------------------------------------------------------------ x[key]


def getitem(x, key):
    """x[key]: integers, slices, Ellipsis, None (a new axis), integer or bool arrays, as NumPy has them.

    In TensorFlow x[tensor of integers] is an error, which says tf.gather, and x[[0, 1]] is x[0, 1].

    Args:
        key: tensors of integers may be in it, also those whose values are not known yet; a mask must be known, since the
            shape of the result depends on it.
    Returns:
        The elements.  vjp: dy to where they were; an element picked twice gets the sum.
    Raises:
        IndexError: an index is outside, or there are too many. TypeError: an index is no integer.
    """
    x = as_tensor(x)
    key = key if type(key) is tuple else (key,)
    plain = _plain(key)
    axes, to, exact = _rectangle(x.shape, key) if plain is None else _known_rectangle(x.shape, plain)
    if axes is None:
        return _elements(x, key)
    return _piece(x, axes, to) if exact else s.reshape(x, to)


def _plain(key):
    """A key of Python integers, slices of them, None and Ellipsis as something to look up; None if it is another."""
    parts = []
    for k in key:
        if type(k) is slice:
            for bound in (k.start, k.stop, k.step):
                if bound is not None and type(bound) is not int:
                    return None
            k = (k.start, k.stop, k.step)
        elif type(k) is not int and k is not None and k is not Ellipsis:
            return None
        parts.append(k)
    return tuple(parts)


@lru_cache(maxsize=8192)
def _known_rectangle(shape, plain):
    return _rectangle(shape, tuple([slice(*k) if type(k) is tuple else k for k in plain]))


def _rectangle(shape, key):
    """((start, step, extent) of each axis, shape of the result, is it less than all?); (None, None, None) if it picks one by one."""
    given = 0
    for k in key:
        if k is None or k is Ellipsis:
            continue
        if not isinstance(k, slice) and (isinstance(k, (bool, np.bool_)) or not _is_number(k)):
            return None, None, None
        given += 1
    if given > len(shape):
        raise invalid_index(f"x[key]: too many indices. Received: {given} of them, x.shape={shape}.")
    axes, to, exact, dots = [], [], False, False
    for k in key if any(k is Ellipsis for k in key) else (*key, Ellipsis):
        if k is None:
            to.append(1)
        elif k is Ellipsis:
            if dots:
                raise invalid_index("x[key]: an index can only have a single ellipsis ('...').")
            dots = True
            for extent in shape[len(axes) : len(axes) + len(shape) - given]:
                axes.append((0, 1, extent))
                to.append(extent)
        else:
            n = shape[len(axes)]
            if isinstance(k, slice):
                start, stop, step = _bounds(k).indices(n) if k.step != 0 else _refuse_step(shape, key)
                count = len(range(start, stop, step))
                exact = exact or (start, step, count) != (0, 1, n)
                axes.append((start, step, count))
                to.append(count)
            else:
                exact = exact or n != 1
                axes.append((_position(k, n, shape, key), 1, 1))
    return tuple(axes), tuple(to), exact


def _is_number(k):
    """Is it an integer whose value is known?"""
    if isinstance(k, Tensor):
        return not k.shape and not k.is_symbolic and k.dtype.is_integer
    return hasattr(k, "__index__") and not isinstance(k, (Variable, np.ndarray))


def _bounds(k):
    return slice(
        *[
            None if v is None else v.__index__() if hasattr(v, "__index__") else int(v)
            for v in (k.start, k.stop, k.step)
        ]
    )


def _refuse_step(shape, key):
    raise invalid(f"x[key]: slice step cannot be zero. Received: x.shape={shape}, key={key}.")


def _position(k, n, shape, key):
    k = k.__index__()
    if not -n <= k < n:
        raise invalid_index(
            f"x[key]: index {k} is out of bounds for an axis of extent {n}. Received: x.shape={shape}, key={key}."
        )
    return k + n if k < 0 else k


@lru_cache(maxsize=8192)
def _merged(shape, axes):
    """[(extent of x, start, step, extent of the piece)], neighbouring axes as one where the piece has all of the inner one."""
    merged = []
    for extent, (start, step, count) in zip(reversed(shape), reversed(axes), strict=True):
        inner = merged[-1] if merged else None
        if inner and inner[1:] == (0, 1, inner[0]) and (step == 1 or count == 1):
            n = inner[0]
            merged[-1] = (extent * n, start * n, 1, count * n)
        else:
            merged.append((extent, start, step if count != 1 else 1, count))
    return merged[::-1] or [(1, 0, 1, 1)]


@lru_cache(maxsize=8192)
def _reading(shape, axes):
    """(dims after itemsize, parts) of `slice`; None if there are too many axes."""
    merged = _merged(shape, axes)
    if len(merged) > MAX_RANK:
        return None
    strides, size = [], 1
    for extent, _, step, _ in reversed(merged):
        strides.append(size * step)
        size *= extent
    strides.reverse()
    steps = [1] * len(merged)
    for k in range(len(merged) - 2, -1, -1):
        steps[k] = steps[k + 1] * merged[k + 1][0]
    offset = sum(start * n for (_, start, _, _), n in zip(merged, steps, strict=True))
    extents = [count for *_, count in merged]
    rows, group = math.prod(extents[:-1]), max(1, PART // max(extents[-1], 1))
    return (len(merged), group, offset, *extents, *strides), -(-rows // group)


@lru_cache(maxsize=8192)
def _writing(shape, axes):
    """(rank, planes a part, what stands for each axis, parts) of `put_slice`; None if there are too many axes."""
    merged = _merged(shape, axes)
    if len(merged) > MAX_RANK:
        return None
    planes = merged[0][0]
    group = max(1, PART // max(math.prod(shape) // max(planes, 1), 1))
    return len(merged), group, tuple(n for axis in merged for n in axis), -(-planes // group)


def _piece(x, axes, to):
    """x[axes], of shape `to`."""
    plan = _reading(x.shape, axes)
    if plan is None:
        return _elements(x, tuple(_as_slice(*axis) for axis in axes), to)
    dims, parts = plan
    y = emit(SLICE, (x,), ((to, x.dtype),), (x.dtype.itemsize, *dims), (), parts, 2 * math.prod(to))
    return record(y, (x,), lambda dy, needs: _put(dy, x.shape, axes))


def _as_slice(start, step, count):
    end = start + step * count
    return slice(start, None if end < 0 else end, step)


def _put(x, shape, axes, value=0, vjp=None):
    """`value` everywhere, but x at the piece `axes` of `shape`."""
    plan = _writing(shape, axes)
    if plan is None:
        return _put_back(x, tuple(_as_slice(*axis) for axis in axes), (), shape)
    rank, group, dims, parts = plan
    n = x.dtype.itemsize
    bits = int(np.array(value, x.dtype.numpy).view(f"i{n}")) if value else 0
    y = emit(PUT_SLICE, (x,), ((shape, x.dtype),), (n, rank, group, bits, *dims), (), parts, 2 * math.prod(shape))
    return record(y, (x,), lambda dy, needs: _piece(dy, axes, x.shape))


def _elements(x, key, to=None):
    """x[key] by NumPy. Tensors in the key are inputs of the instruction."""
    key, tensors = plain_key(key)
    try:
        shape = np.empty(x.shape, dtype=[])[filled(key, [np.zeros(t.shape, "int8") for t in tensors])].shape
    except (IndexError, ValueError) as error:
        raise _key_error(error, x, key) from None

    def pick(inputs, outputs, dims, attrs):
        try:
            outputs[0][...] = inputs[0][filled(key, inputs[1:])].reshape(outputs[0].shape)
        except IndexError as error:
            raise _key_error(error, x, key) from None

    def vjp(dy, needs):
        back = _put_back(dy if to is None else s.reshape(dy, shape), key, tensors, x.shape)
        return (back, *(None for _ in tensors))

    y = emit(numpy_kernel("getitem", pick), (x, *tensors), ((shape if to is None else to, x.dtype),), dtype=x.dtype)
    return record(y, (x, *tensors), vjp)


def _key_error(error, x, key):
    kind = invalid_index if isinstance(error, IndexError) else invalid
    return kind(f"x[key]: {str(error).rstrip('.')}. Received: x.shape={x.shape}, key={key}.")


def _put_back(dy, key, tensors, shape):
    """Zeros of `shape` with dy added at x[key]: the gradient of picking."""
    once = not tensors and not any(isinstance(k, np.ndarray) for k in key)  # no element is picked twice

    def put(inputs, outputs, dims, attrs):
        outputs[0][...] = 0
        place = filled(key, inputs[1:])
        if once:
            outputs[0][place] = inputs[0].reshape(outputs[0][place].shape)
        else:
            np.add.at(outputs[0], place, inputs[0])

    def vjp(ddx, needs):
        return (_elements(ddx, tuple(filled(key, tensors)), dy.shape), *(None for _ in tensors))

    dx = emit(numpy_kernel("put_back", put), (dy, *tensors), ((shape, dy.dtype),), dtype=dy.dtype)
    return record(dx, (dy, *tensors), vjp)


class _Place:
    """Stands in a key for a tensor."""

    def __repr__(self):
        return "tensor"


_PLACE = _Place()


def filled(key, arrays):
    """The key with arrays (or tensors) at their places; a scalar is a plain index."""
    read = iter(arrays)
    found = [next(read) if k is _PLACE else k for k in key]
    return tuple(int(k) if isinstance(k, np.ndarray) and not k.shape and k.dtype != bool else k for k in found)


def plain_key(key):
    """(the key with places for its tensors of integers, those tensors)."""
    plain, tensors = [], []
    for k in key:
        if isinstance(k, (list, tuple)) and any(isinstance(v, (Tensor, Variable)) for v in k):
            k = as_tensor(k)
        if isinstance(k, (Tensor, Variable)):
            k = as_tensor(k)
            if k.dtype.is_bool:
                k = known_values("x[key]", "a mask", k)
            elif not k.dtype.is_integer:
                raise invalid_type(f"x[key]: an index must be an integer. Received: dtype={k.dtype.name}.")
            else:
                tensors.append(k)
                k = _PLACE
        elif isinstance(k, slice):
            k = _bounds(k)
        elif isinstance(k, (list, tuple, np.ndarray)):
            k = np.array(k) if len(k) or isinstance(k, np.ndarray) else np.zeros(0, "int64")  # theirs to change later
        elif isinstance(k, (float, np.floating)):
            raise TypeError(f"x[key]: an index must be an integer. Received: {k!r}.")
        plain.append(k)
    if len(tensors) > AT_ONCE - 1:
        raise invalid(f"x[key]: at most {AT_ONCE - 1} tensors may be in a key. Received: {len(tensors)}.")
    return tuple(plain), tuple(tensors)


# ------------------------------------------------------------------------------------------------ putting together


def concatenate(xs, axis=-1):
    """Tensors one after another along an axis."""
    tensors = s.same_kind("concatenate", xs)
    rank = len(tensors[0].shape)
    axis = normalized_axis("concatenate", axis, rank)
    rest = {t.shape[:axis] + t.shape[axis + 1 :] if len(t.shape) == rank else None for t in tensors}
    if len(rest) > 1 or not rank:
        raise invalid(
            f"concatenate: shapes must agree but for axis {axis}. Received: {[tuple(t.shape) for t in tensors]}."
        )
    if len(tensors) == 1:
        return tensors[0]
    if len(tensors) > AT_ONCE:
        groups = [concatenate(tensors[k : k + AT_ONCE], axis) for k in range(0, len(tensors), AT_ONCE)]
        return concatenate(groups, axis)
    to, dims, parts = _side_by_side(tuple(t.shape for t in tensors), axis, tensors[0].dtype.itemsize)
    y = emit(CONCATENATE, tuple(tensors), ((to, tensors[0].dtype),), dims, (), parts, 2 * math.prod(to))

    def vjp(dy, needs):
        parts, at = [], 0
        for t, need in zip(tensors, needs, strict=True):
            n = t.shape[axis]
            parts.append(part(dy, axis, at, at + n) if need else None)
            at += n
        return tuple(parts)

    return record(y, tuple(tensors), vjp)


@lru_cache(maxsize=4096)
def _side_by_side(shapes, axis, itemsize):
    """(shape, dims, parts) of a concatenation."""
    first = shapes[0]
    to = (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])
    rows, widths = math.prod(first[:axis]), [itemsize * math.prod(shape[axis:]) for shape in shapes]
    group = max(1, 4 * PART // max(sum(widths), 1))
    return to, (len(shapes), rows, group, *widths), -(-rows // group)


def part(x, axis, start, end):
    """x[start:end] along an axis."""
    key = (*(slice(None),) * axis, slice(start, end))
    return getitem(x, key)


def pad(x, pad_width, mode="constant", constant_values=0):
    """x with a margin: (before, after) of each axis. mode: "constant", "reflect" or "symmetric"."""
    x = as_tensor(x)
    rank = len(x.shape)
    try:
        widths = tuple((int(a), int(b)) for a, b in np.broadcast_to(np.asarray(pad_width), (rank, 2)))
    except ValueError:
        raise invalid(
            f"pad: `pad_width` must be (before, after) for each of {rank} axes. Received: {pad_width}."
        ) from None
    mode = mode.lower()
    if mode not in ("constant", "reflect", "symmetric"):
        raise invalid(f"pad: `mode` must be 'constant', 'reflect' or 'symmetric'. Received: mode={mode!r}.")
    if any(w < 0 for pair in widths for w in pair):
        raise invalid(f"pad: `pad_width` must not be negative. Received: {pad_width}.")
    if mode == "constant":
        return _constant_margin(x, widths, constant_values)
    for axis, pair in enumerate(widths):
        most = x.shape[axis] - (mode == "reflect")
        if max(pair) > most:
            raise invalid(
                f"pad: `pad_width` must not be above {most} along axis {axis} of extent {x.shape[axis]} with "
                f"mode={mode!r}. Received: {pad_width}."
            )
        if pair != (0, 0):
            positions = np.pad(np.arange(x.shape[axis]), pair, mode=mode)
            x = s.take(x, as_tensor(positions), axis)
    return x


def _constant_margin(x, widths, value):
    to = tuple(d + a + b for d, (a, b) in zip(x.shape, widths, strict=True))
    axes = tuple((a, 1, d) for d, (a, _) in zip(x.shape, widths, strict=True))
    if isinstance(value, (Tensor, Variable)):
        value = as_tensor(value)
        if value.is_symbolic:  # not known yet: a choice
            ones = e.ones_like(x, bool_)
            return e.where(_put(ones, to, axes), _put(x, to, axes), e.cast(value, x.dtype))
        value = value.item()
    if to == x.shape:
        return x
    if len(_merged(to, axes)) > MAX_RANK and value:
        return e.where(_put(e.ones_like(x, bool_), to, axes), _put(x, to, axes), as_tensor(value, dtype=x.dtype))
    return _put(x, to, axes, value)

"""What TensorFlow has at its top to make tensors and to move their elements. (Picking and ordering them: picking.py.)"""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import Tensor, Variable, as_dtype, as_tensor, dispatch, emit, int32, numpy_kernel
from pyseq.core.errors import invalid, invalid_type
from pyseq.core.keras_tensor import KerasTensor
from pyseq.core.texts import Texts
from pyseq.data.spec import TensorShape
from pyseq.ops import elementwise
from pyseq.ops import gather as gather_ops
from pyseq.ops import shape as shape_ops
from pyseq.ops.axes import normalized_axis
from pyseq.ops.broadcasting import broadcast_shapes
from pyseq.ops.check import known_values
from pyseq.tf._given import axes_of, extents_of, pairs, tensor_of
from pyseq.tf.clipping import clip_by_value
from pyseq.tf.linalg import eye, matmul
from pyseq.tf.picking import gather, one_hot, where

__all__ = [
    "bitcast", "broadcast_dynamic_shape", "broadcast_static_shape", "broadcast_to", "cast", "clip_by_value", "concat", "constant",
    "convert_to_tensor", "ensure_shape", "expand_dims", "eye", "fill", "gather", "identity", "identity_n", "is_tensor",
    "linspace", "matmul", "meshgrid", "one_hot", "ones", "ones_like", "pad", "parallel_stack", "range", "rank", "repeat",
    "reshape", "reverse", "reverse_sequence", "roll", "saturate_cast", "shape", "shape_n", "size", "split", "squeeze", "stack",
    "stop_gradient", "tile", "transpose", "unstack", "where", "zeros", "zeros_like",
]  # fmt: skip


# ------------------------------------------------------------------------------------------------ making


def constant(value, dtype=None, shape=None, name="Const"):
    """Tensor of a number, list or array. A Python float is float32, an int int32; an array keeps its element type.

    Args:
        shape: of the result; a single number fills it.
    """
    x = tensor_of(value, dtype)
    if shape is None or x.shape == tuple(shape := extents_of(shape)):
        return x
    return fill(shape, x) if x.size == 1 else x.reshaped(_checked_size("constant", x, shape))


def _checked_size(who, x, shape):
    if math.prod(shape) != x.size:
        raise invalid_type(f"{who}: `shape` must have as many elements as `value`. Received: {x.size}, shape={shape}.")
    return shape


def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None):
    """Tensor of a number, list, array, tensor or variable. `dtype_hint`: taken if the value can be of that type."""
    if dtype is None and dtype_hint is not None and not hasattr(value, "dtype"):
        try:
            return tensor_of(value, dtype_hint)
        except (TypeError, ValueError):
            pass
    return tensor_of(value, dtype)


def is_tensor(x):
    """Is x a tensor, one that stands for a tensor of a model, a variable, or texts?"""
    return isinstance(x, (Tensor, Variable, KerasTensor, Texts))


def zeros(shape, dtype="float32", name=None):
    """Tensor of zeros."""
    return shape_ops.zeros(extents_of(shape), dtype)


def ones(shape, dtype="float32", name=None):
    """Tensor of ones."""
    return shape_ops.ones(extents_of(shape), dtype)


def fill(dims, value, name=None):
    """Tensor of one value."""
    value = tensor_of(value)
    if value.shape:
        raise invalid(f"tf.fill: `value` must be a scalar. Received: value.shape={value.shape}.")
    return shape_ops.full(extents_of(dims), value)


def zeros_like(input, dtype=None, name=None):
    """Zeros, shape and (by default) element type of the input."""
    return elementwise.zeros_like(tensor_of(input), dtype)


def ones_like(input, dtype=None, name=None):
    """Ones, shape and (by default) element type of the input."""
    return elementwise.ones_like(tensor_of(input), dtype)


def range(start, limit=None, delta=1, dtype=None, name="range"):
    """start, start + delta, ... below `limit`; with one number, from 0 to below it."""
    start, limit = (0, start) if limit is None else (start, limit)
    if dtype is None:
        kinds = [np.result_type(x.dtype.numpy) for x in (start, limit, delta) if isinstance(x, (Tensor, Variable))]
        kinds += [x.dtype for x in (start, limit, delta) if isinstance(x, (np.ndarray, np.generic))]
        kinds += [np.dtype("float32") for x in (start, limit, delta) if type(x) is float]
        dtype = as_dtype(max(kinds, key=_rank_of)) if kinds else int32
    return shape_ops.arange(start, limit, delta, dtype)


def _rank_of(dtype):
    """int32 < int64 < float32 < float64, as tf.range has it."""
    return dtype.kind == "f", dtype.itemsize


def linspace(start, stop, num, name=None, axis=0):
    """`num` numbers from `start` to `stop`, both included; of tensors, along a new axis."""
    start = tensor_of(start)
    stop = elementwise.operands("linspace", start, stop)[1]
    num = int(num)
    if num < 1:
        raise ValueError(f"tf.linspace: `num` must be at least 1. Received: num={num}.")
    if start.dtype.is_integer:
        start, stop = elementwise.cast(start, "float64"), elementwise.cast(stop, "float64")
    to = broadcast_shapes(start.shape, stop.shape, who="linspace")
    start, stop = (shape_ops.expand_dims(shape_ops.broadcast_to(x, to), axis) for x in (start, stop))
    if num < 2:
        return start
    steps = np.ones(start.ndim, "int64")
    steps[axis] = -1
    numbers = as_tensor(np.arange(1, num - 1).reshape(steps), dtype=start.dtype)
    delta = elementwise.divide(elementwise.subtract(stop, start), float(num - 1))
    inner = elementwise.add(start, elementwise.multiply(delta, numbers))
    return shape_ops.concatenate([start, inner, stop], axis)


# ------------------------------------------------------------------------------------------------ types, extents


def cast(x, dtype, name=None):
    """x with another element type; floats become integers by dropping what is behind the point."""
    return elementwise.cast(tensor_of(x), as_dtype(dtype))


def saturate_cast(value, dtype, name=None):
    """The value with another element type, moved into its range first."""
    value, dtype = tensor_of(value), as_dtype(dtype)
    low, high = max(value.dtype.min, dtype.min), min(value.dtype.max, dtype.max)
    if value.dtype.is_floating and dtype.is_integer:  # the largest integers are no floats: the next float that fits
        kind = value.dtype.numpy.type
        high = high if int(kind(high)) <= high else np.nextafter(kind(high), kind(0))
    limits = [as_tensor(np.array(bound, value.dtype.numpy)) for bound in (low, high)]
    return elementwise.cast(elementwise.clip(value, *limits), dtype)


def bitcast(input, type, name=None):
    """The bits of the input read as another element type; a larger one takes the last axis, a smaller one adds one."""
    x, dtype = tensor_of(input), as_dtype(type)
    wide, narrow = x.dtype.itemsize, dtype.itemsize
    if wide == narrow:
        to = x.shape
    elif wide > narrow:
        to = (*x.shape, wide // narrow)
    elif x.shape and x.shape[-1] == narrow // wide:
        to = x.shape[:-1]
    else:
        raise invalid(
            f"tf.bitcast: `input` must have a last axis of {narrow // wide} to become {dtype.name}. "
            f"Received: dtype={x.dtype.name}, shape={x.shape}."
        )

    def function(inputs, outputs, dims, attrs):
        outputs[0][...] = np.ascontiguousarray(inputs[0]).reshape(-1).view(dtype.numpy).reshape(to)

    return emit(numpy_kernel("bitcast", function), (x,), ((to, dtype),))


def identity(input, name=None):
    """A tensor with the value of the input."""
    return tensor_of(input)


def identity_n(input, name=None):
    """Tensors with the values of the inputs."""
    return [identity(x) for x in input]


def stop_gradient(input, name=None):
    """The input; for gradients a constant."""
    x = tensor_of(input)
    return x.reshaped(x.shape)


def shape(input, out_type=None, name=None):
    """The extents as a tensor (ndim,), int32."""
    return as_tensor(np.array(tensor_of(input).shape, dtype=as_dtype(out_type or int32).numpy))


def shape_n(input, out_type="int32", name=None):
    """The extents of each tensor."""
    return [shape(x, out_type) for x in input]


def rank(input, name=None):
    """The number of axes as a tensor ()."""
    return as_tensor(tensor_of(input).ndim, int32)


def size(input, out_type=None, name=None):
    """The number of elements as a tensor ()."""
    return as_tensor(tensor_of(input).size, as_dtype(out_type or int32))


def ensure_shape(x, shape, name=None):
    """x, whose shape must be this one; None stands for any extent.

    Raises:
        ValueError: it is not.
    """
    x = tensor_of(x)
    if shape is not None and not TensorShape(shape).is_compatible_with(x.shape):
        raise invalid(f"tf.ensure_shape: `x` must have the shape {tuple(shape)}. Received: x.shape={x.shape}.")
    return x


def broadcast_static_shape(shape_x, shape_y):
    """The TensorShape that both are broadcast to."""
    return TensorShape(broadcast_shapes(extents_of(shape_x), extents_of(shape_y), who="tf.broadcast_static_shape"))


def broadcast_dynamic_shape(shape_x, shape_y):
    """The extents, a tensor, that both are broadcast to."""
    return as_tensor(
        list(broadcast_shapes(extents_of(shape_x), extents_of(shape_y), who="tf.broadcast_dynamic_shape")), int32
    )


# ------------------------------------------------------------------------------------------------ moving


def reshape(tensor, shape, name=None):
    """The same elements under another shape; one extent may be -1."""
    return shape_ops.reshape(as_tensor(tensor), extents_of(shape))


def transpose(a, perm=None, conjugate=False, name="transpose"):
    """The axes in another order, reversed by default. (Real numbers are their own conjugates.)"""
    return shape_ops.transpose(tensor_of(a), axes_of(perm))


def expand_dims(input, axis, name=None):
    """A new axis of one element at `axis`."""
    return shape_ops.expand_dims(tensor_of(input), axes_of(axis))


def squeeze(input, axis=None, name=None):
    """Without the axes of one element, or without those named."""
    axis = axes_of(axis)
    return shape_ops.squeeze(tensor_of(input), None if isinstance(axis, tuple) and not axis else axis)


def broadcast_to(input, shape, name=None):
    """Repeated along axes of one element until it has this shape."""
    return shape_ops.broadcast_to(tensor_of(input), extents_of(shape))


def concat(values, axis, name="concat"):
    """The tensors one after the other along an axis."""
    if isinstance(values, (Tensor, Variable)):
        return tensor_of(values)
    return shape_ops.concatenate(values, axes_of(axis))


def stack(values, axis=0, name="stack"):
    """The tensors along a new axis."""
    return shape_ops.stack(values, axis)


def parallel_stack(values, name="parallel_stack"):
    """The tensors along a new first axis."""
    return shape_ops.stack(values, 0)


def unstack(value, num=None, axis=0, name="unstack"):
    """The slices along an axis, as a list."""
    return shape_ops.unstack(tensor_of(value), num, axis)


def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """Pieces along an axis: so many equal ones, or of these sizes, of which one may be -1 (the rest)."""
    value, axis, pieces = tensor_of(value), axes_of(axis), axes_of(num_or_size_splits)
    if not isinstance(pieces, tuple):
        return shape_ops.split(value, pieces, axis)
    if num is not None and num != len(pieces):
        raise ValueError(f"tf.split: `num` must be the number of sizes, {len(pieces)}. Received: num={num}.")
    axis = normalized_axis("split", axis, value.ndim)
    n = value.shape[axis]
    if pieces.count(-1) == 1:
        pieces = tuple(n - sum(pieces) - 1 if k == -1 else k for k in pieces)
    if sum(pieces) != n or min(pieces, default=0) < 0:
        raise invalid(
            f"tf.split: `num_or_size_splits` must sum up to the extent of axis {axis}, {n}. Received: {num_or_size_splits}."
        )
    return shape_ops.split(value, np.cumsum(pieces)[:-1].tolist(), axis) if pieces else []


def tile(input, multiples, name=None):
    """The input repeated so often along each axis."""
    x, multiples = tensor_of(input), extents_of(multiples)
    if len(multiples) != x.ndim:
        raise invalid(
            f"tf.tile: `multiples` must have a number for each axis of x. Received: {multiples}, x.shape={x.shape}."
        )
    return shape_ops.tile(x, multiples)


def repeat(input, repeats, axis=None, name=None):
    """Each element so often in a row along an axis (None: of the flat input); `repeats`: a count, or one for each."""
    known = known_values("tf.repeat", "`repeats`", repeats)
    return shape_ops.repeat(tensor_of(input), known, axis)


def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """The tensor with a margin: (before, after) of each axis; of one value, or its own elements mirrored ("REFLECT": without
    the outermost, "SYMMETRIC": with it)."""
    x, widths = as_tensor(tensor), pairs(paddings)
    if widths.shape != (x.ndim, 2):
        raise invalid(
            f"tf.pad: `paddings` must be (before, after) for each of {x.ndim} axes. Received: shape={widths.shape}, "
            f"tensor.shape={x.shape}."
        )
    return shape_ops.pad(x, widths, mode, constant_values)


def reverse(tensor, axis, name=None):
    """The elements in opposite order along these axes."""
    return shape_ops.flip(as_tensor(tensor), axes_of(axis))


def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=None, name=None):
    """The first `seq_lengths[i]` elements along `seq_axis` in opposite order, for each i of `batch_axis` (0)."""
    if seq_axis is None:
        raise ValueError("tf.reverse_sequence: `seq_axis` must be given. Received: None.")
    return gather_ops.reverse_sequence(tensor_of(input), seq_lengths, seq_axis, batch_axis or 0)


def roll(input, shift, axis, name=None):
    """The elements moved by `shift` along an axis, or several; what leaves at one end comes in at the other."""
    return gather_ops.roll(tensor_of(input), shift, axes_of(axis))


def meshgrid(*args, **kwargs):
    """For each vector a tensor of its values over the grid of all. `indexing`: "ij", or "xy" (the first two axes exchanged, as
    in plots; the default)."""
    indexing = kwargs.pop("indexing", "xy")
    kwargs.pop("name", None)
    if kwargs:
        raise TypeError(f"tf.meshgrid: takes `indexing` and `name`. Received: {sorted(kwargs)}.")
    if indexing not in ("xy", "ij"):
        raise ValueError(f"tf.meshgrid: `indexing` must be 'xy' or 'ij'. Received: indexing={indexing!r}.")
    vectors = [shape_ops.reshape(tensor_of(x), (-1,)) for x in args]
    n = len(vectors)
    places = [*([1, 0] if indexing == "xy" and n > 1 else [0, 1][:n]), *np.arange(2, n).tolist()]
    to = [0] * n
    for x, k in zip(vectors, places, strict=True):
        to[k] = x.size
    shapes = [
        tuple(x.size if k == place else 1 for k in np.arange(n)) for x, place in zip(vectors, places, strict=True)
    ]
    return [shape_ops.broadcast_to(shape_ops.reshape(x, s), to) for x, s in zip(vectors, shapes, strict=True)]


dispatch.face(globals())

"""What TensorFlow has at its top to make and shape tensors."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, Variable, as_dtype, as_tensor, dispatch, float32, int32
from pyseq.ops import elementwise, linalg
from pyseq.ops import shape as shape_ops


def constant(value, dtype=None, shape=None, name="Const"):
    """Tensor of a number, list or array. A Python float is float32, an int int32; an array keeps its element type.

    Args:
        shape: of the result; a single number fills it.
    """
    dtype = None if dtype is None else as_dtype(dtype)
    if dtype is None and not isinstance(value, (Tensor, Variable, np.ndarray, np.generic)) and _python_floats(value):
        dtype = float32  # whatever floatx is
    x = as_tensor(value, dtype)
    if shape is None or x.shape == tuple(shape):
        return x
    return fill(shape, x) if x.size == 1 else x.reshaped(_checked_size("constant", x, shape))


def _python_floats(value):
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return type(value) is float


def _checked_size(who, x, shape):
    shape = tuple(int(n) for n in shape)
    if int(np.prod(shape)) != x.size:
        raise ValueError(f"{who}: `shape` must have as many elements as `value`. Received: {x.size}, shape={shape}.")
    return shape


def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None):
    """Tensor of a number, list, array, tensor or variable."""
    return constant(value, dtype)


def is_tensor(x):
    """Is x a tensor or variable?"""
    return isinstance(x, (Tensor, Variable))


def cast(x, dtype, name=None):
    """x with another element type; floats become integers by dropping what is behind the point."""
    return elementwise.cast(as_tensor(x), as_dtype(dtype))


def identity(input, name=None):
    """A tensor with the value of the input."""
    x = as_tensor(input)
    return shape_ops.reshape(x, x.shape)


def stop_gradient(input, name=None):
    """The input; for gradients a constant."""
    x = as_tensor(input)
    return x.reshaped(x.shape)


def shape(input, out_type="int32", name=None):
    """The extents as a tensor (ndim,)."""
    return as_tensor(np.array(as_tensor(input).shape, dtype=as_dtype(out_type).numpy))


def rank(input, name=None):
    """The number of axes as a tensor ()."""
    return as_tensor(as_tensor(input).ndim, int32)


def size(input, out_type="int32", name=None):
    """The number of elements as a tensor ()."""
    return as_tensor(as_tensor(input).size, as_dtype(out_type))


def zeros(shape, dtype="float32", name=None):
    """Tensor of zeros."""
    return shape_ops.zeros(_extents(shape), dtype)


def ones(shape, dtype="float32", name=None):
    """Tensor of ones."""
    return shape_ops.ones(_extents(shape), dtype)


def fill(dims, value, name=None):
    """Tensor of one value."""
    return shape_ops.full(_extents(dims), constant(value))


def zeros_like(input, dtype=None, name=None):
    """Zeros, shape and (by default) element type of the input."""
    return elementwise.zeros_like(as_tensor(input), dtype)


def ones_like(input, dtype=None, name=None):
    """Ones, shape and (by default) element type of the input."""
    return elementwise.ones_like(as_tensor(input), dtype)


def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    """Ones on the main diagonal, zeros elsewhere; copies of that for `batch_shape`."""
    one = shape_ops.eye(num_rows, num_columns, dtype=dtype)
    return shape_ops.broadcast_to(one, (*_extents(batch_shape), *one.shape)) if batch_shape is not None else one


def range(start, limit=None, delta=1, dtype=None, name="range"):
    """start, start + delta, ... below `limit`; with one number, from 0 to below it."""
    start, limit = (0, start) if limit is None else (start, limit)
    if dtype is None:
        floating = any(isinstance(x, (float, np.floating)) for x in (start, limit, delta))
        dtype = float32 if floating else int32
    return shape_ops.arange(start, limit, delta, dtype)


def linspace(start, stop, num, name=None, axis=0):
    """`num` numbers from `start` to `stop`, both included."""
    dtype = as_tensor(start).dtype if isinstance(start, (Tensor, Variable, np.ndarray)) else float32
    return as_tensor(np.linspace(start, stop, num, axis=axis).astype(dtype.numpy))


def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """`on_value` (1) at the index, `off_value` (0) elsewhere along a new axis, the last by default; an index outside of
    [0, depth) gives a row of `off_value`."""
    if dtype is None:
        given = on_value if on_value is not None else off_value
        dtype = float32 if given is None else constant(given).dtype
    on, off = 1.0 if on_value is None else on_value, 0.0 if off_value is None else off_value
    return shape_ops.one_hot(indices, int(depth), on, off, -1 if axis is None else axis, dtype)


def reshape(tensor, shape, name=None):
    """The same elements under another shape; one extent may be -1."""
    return shape_ops.reshape(as_tensor(tensor), _extents(shape))


def transpose(a, perm=None, conjugate=False, name="transpose"):
    """The axes in another order, reversed by default."""
    return shape_ops.transpose(as_tensor(a), perm)


def expand_dims(input, axis, name=None):
    """A new axis of one element at `axis`."""
    return shape_ops.expand_dims(as_tensor(input), axis)


def squeeze(input, axis=None, name=None):
    """Without the axes of one element, or without those named."""
    return shape_ops.squeeze(as_tensor(input), axis)


def broadcast_to(input, shape, name=None):
    """Repeated along axes of one element until it has this shape."""
    return shape_ops.broadcast_to(as_tensor(input), _extents(shape))


def matmul(a, b, transpose_a=False, transpose_b=False, name=None):
    """Matrix product over the last two axes."""
    return linalg.matmul(a, b, transpose_a, transpose_b)


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """max(min(t, clip_value_max), clip_value_min)."""
    return elementwise.clip(t, clip_value_min, clip_value_max)


def where(condition, x=None, y=None, name=None):
    """x where `condition`, else y. With `condition` alone: positions of what is true, (count, ndim) int64."""
    if x is None and y is None:
        return as_tensor(np.argwhere(as_tensor(condition).numpy()))
    return elementwise.where(condition, x, y)


def concat(values, axis, name="concat"):
    """The tensors one after the other along an axis."""
    return shape_ops.concatenate(values, axis)


def stack(values, axis=0, name="stack"):
    """The tensors along a new axis."""
    return shape_ops.stack(values, axis)


def unstack(value, num=None, axis=0, name="unstack"):
    """The slices along an axis, as a list."""
    return shape_ops.unstack(value, num, axis)


def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """Pieces along an axis: so many equal ones, or of these sizes."""
    if not isinstance(num_or_size_splits, (int, np.integer)):
        num_or_size_splits = np.cumsum(np.asarray(num_or_size_splits))[:-1].tolist()
    return shape_ops.split(value, num_or_size_splits, axis)


def tile(input, multiples, name=None):
    """The input repeated so often along each axis."""
    return shape_ops.tile(input, _extents(multiples))


def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """The tensor with a margin: (before, after) of each axis."""
    return shape_ops.pad(tensor, np.asarray(paddings), mode, constant_values)


def gather(params, indices, validate_indices=None, axis=None, batch_dims=0, name=None):
    """Slices along an axis, picked by number."""
    if batch_dims:
        raise NotImplementedError(f"tf.gather: `batch_dims` must be 0. Received: batch_dims={batch_dims}.")
    return shape_ops.take(params, indices, 0 if axis is None else axis)


def reverse(tensor, axis, name=None):
    """The elements in opposite order along these axes."""
    return shape_ops.flip(tensor, axis)


def _extents(shape):
    if isinstance(shape, (Tensor, Variable, np.ndarray)):
        shape = np.asarray(shape).reshape(-1).tolist()
    return (int(shape),) if isinstance(shape, (int, np.integer)) else tuple(int(n) for n in shape)


dispatch.face(globals())

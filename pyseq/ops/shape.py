"""Shapes: the same elements elsewhere. Reshaping copies nothing; the rest moves elements, mostly by NumPy."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pyseq.core import (
    Tensor,
    Variable,
    active_trace,
    as_dtype,
    as_tensor,
    bool_,
    config,
    emit,
    float32,
    float64,
    int32,
    int64,
    kernels,
    numpy_kernel,
    record,
    uint8,
)
from pyseq.core.engine import SymbolicError
from pyseq.core.errors import invalid, invalid_index, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops.axes import normalized_axis
from pyseq.ops.broadcasting import broadcast_shapes
from pyseq.ops.check import refuse_integers

TRANSPOSE, GATHER_ROWS, SCATTER_ROWS, ZEROS = kernels("transpose", "gather_rows", "scatter_rows", "zeros")
CHUNK = 65536  # bytes of a part of `zeros`, as in csrc/memory.pyx
PICKED = 8  # rows of a part of `gather_rows`, as in csrc/shape.pyx
GATHERED = (float32, float64, int32, int64, uint8, bool_)


def _moved(name, function, x, to, vjp=None):
    """y = function(x) of NumPy, of shape `to`."""

    def fill(inputs, outputs, dims, attrs):
        outputs[0][...] = function(inputs[0])

    y = emit(numpy_kernel(name, fill), (x,), ((tuple(to), x.dtype),))
    return y if vjp is None else record(y, (x,), vjp)


def checked_shape(who: str, shape, name: str = "shape", least: int | None = None) -> tuple[int, ...]:
    """A shape as a tuple of int. name: of the argument, for messages. least: no entry may be smaller.

    Raises:
        TypeError, ValueError: it is none.
    """
    if isinstance(shape, (Tensor, Variable)):
        shape = np.atleast_1d(shape.numpy()).tolist()
    if hasattr(shape, "__index__") and not np.ndim(shape):
        shape = (shape,)
    try:
        shape = tuple([d.__index__() for d in shape])
    except SymbolicError:
        raise
    except (TypeError, AttributeError):
        raise TypeError(f"{who}: `{name}` must be a tuple of integers. Received: {shape!r}.") from None
    if least is not None and shape and min(shape) < least:
        raise invalid(f"{who}: `{name}` must not have entries under {least}. Received: {shape}.")
    return shape


def reshape(x, shape):
    """The same elements under another shape; one entry may be -1. No copy."""
    x = as_tensor(x)
    shape = checked_shape("reshape", shape)
    if -1 in shape:
        known = -math.prod(shape)
        if shape.count(-1) > 1 or known == 0 or x.size % known:
            raise invalid(
                f"reshape: `shape` must hold the {x.size} elements of x. Received: {shape}, x.shape={x.shape}."
            )
        shape = tuple(x.size // known if d == -1 else d for d in shape)
    if shape == x.shape:
        return x
    if math.prod(shape) != x.size or any(d < 0 for d in shape):
        raise invalid(f"reshape: `shape` must hold the {x.size} elements of x. Received: {shape}, x.shape={x.shape}.")
    return record(x.reshaped(shape), (x,), lambda dy, needs: reshape(dy, x.shape))


def expand_dims(x, axis):
    """One more axis of extent 1, before `axis` (several: their places in the result)."""
    x = as_tensor(x)
    axes = [axis] if hasattr(axis, "__index__") else list(axis)
    rank = len(x.shape) + len(axes)
    axes = [normalized_axis("expand_dims", k, rank) for k in axes]
    if len(set(axes)) < len(axes):
        raise invalid(f"expand_dims: `axis` must not name a place twice. Received: axis={axis}.")
    rest = iter(x.shape)
    return reshape(x, tuple(1 if k in axes else next(rest) for k in range(rank)))


def squeeze(x, axis=None):
    """Without axes of extent 1: all of them, or those of `axis`."""
    x = as_tensor(x)
    if axis is None:
        return reshape(x, tuple(d for d in x.shape if d != 1))
    axes = [axis] if hasattr(axis, "__index__") else list(axis)
    axes = {normalized_axis("squeeze", k, len(x.shape)) for k in axes}
    if any(x.shape[k] != 1 for k in axes):
        raise invalid(f"squeeze: axes must have extent 1. Received: x.shape={x.shape}, axis={axis}.")
    return reshape(x, tuple(d for k, d in enumerate(x.shape) if k not in axes))


@lru_cache(maxsize=1024)
def _transposition(shape, order):
    """(shape, dims after itemsize, parts) of a transposition."""
    to = tuple(shape[k] for k in order)
    strides, step = [0] * len(shape), 1
    for k in range(len(shape) - 1, -1, -1):
        strides[k] = step
        step *= shape[k]
    n = to[-1]
    rows = math.prod(to[:-1])
    group = max(1, 4096 // max(n, 1))
    return to, (len(to), n, rows, *to[:-1], *(strides[k] for k in order), group), -(-rows // group)


_IN_ORDER = tuple(range(64))  # more axes than NumPy has
_REVERSED = [_IN_ORDER[:rank][::-1] for rank in range(9)]


@lru_cache(maxsize=1024)
def _order(order, rank):
    """(order, the order that undoes it or None if it does not name each axis once)."""
    if sorted(order) != list(range(rank)):
        return order, None
    return order, tuple(order.index(k) for k in range(rank))


def transpose(x, axes=None):
    """The axes in another order; reversed by default."""
    x = as_tensor(x)
    rank = len(x.shape)
    if axes is None:
        order = back = _REVERSED[rank] if rank < len(_REVERSED) else tuple(range(rank))[::-1]
    else:
        order, back = _order(tuple([normalized_axis("transpose", k, rank) for k in axes]), rank)
    if back is None:
        raise invalid(f"transpose: `axes` must name each of the {rank} axes once. Received: axes={axes}.")
    if order == _IN_ORDER[:rank]:
        return x
    if rank > 8:
        return _moved(
            "transpose", lambda a: a.transpose(order), x, [x.shape[k] for k in order], lambda dy, n: transpose(dy, back)
        )
    to, dims, parts = _transposition(x.shape, order)
    y = emit(TRANSPOSE, (x,), ((to, x.dtype),), (x.dtype.itemsize, *dims), (), parts, 4 * x.size)
    return record(y, (x,), lambda dy, needs: transpose(dy, back))


def swapaxes(x, axis1, axis2):
    """Two axes exchanged."""
    x = as_tensor(x)
    order = list(range(len(x.shape)))
    a, b = (normalized_axis("swapaxes", k, len(order)) for k in (axis1, axis2))
    order[a], order[b] = order[b], order[a]
    return transpose(x, order)


def moveaxis(x, source, destination):
    """One axis moved to another place."""
    x = as_tensor(x)
    rank = len(x.shape)
    a, b = normalized_axis("moveaxis", source, rank), normalized_axis("moveaxis", destination, rank)
    order = [k for k in range(rank) if k != a]
    order.insert(b, a)
    return transpose(x, order)


def broadcast_to(x, shape):
    """x repeated along axes of extent 1 and new axes in front."""
    x = as_tensor(x)
    shape = checked_shape("broadcast_to", shape, least=0)
    if x.shape == shape:
        return x
    if broadcast_shapes(x.shape, shape, who="broadcast_to") != shape:
        raise invalid(f"broadcast_to: `shape` must be one that x broadcasts to. Received: {shape}, x.shape={x.shape}.")
    if x.dtype in (float32, float64):
        # a sum with zeros would turn -0 into 0; a product with ones keeps every bit
        before = (1,) * (len(shape) - len(x.shape)) + x.shape
        one = ones([n if old == 1 else 1 for n, old in zip(shape, before, strict=True)], x.dtype)
        return record(e._binary("multiply", x, one), (x,), lambda dy, n: e.unbroadcast(dy, x.shape))
    return _moved("broadcast_to", lambda a: a, x, shape, lambda dy, needs: e.unbroadcast(dy, x.shape))


def same_kind(who, xs):
    """Tensors of one dtype; numbers and lists among them take that of the first tensor."""
    if isinstance(xs, (Tensor, Variable, np.ndarray)):
        xs = list(xs)
    if not xs:
        raise invalid(f"{who}: must get at least one tensor. Received: none.")
    like = next((x for x in xs if isinstance(x, (Tensor, Variable, np.ndarray))), None)
    tensors = [as_tensor(x, like=like) if like is not None else as_tensor(x) for x in xs]
    if len({t.dtype for t in tensors}) > 1:
        raise invalid_type(
            f"{who}: tensors must have one dtype. Received: {[t.dtype.name for t in tensors]}. Use cast(x, dtype)."
        )
    return tensors


def stack(xs, axis=0):
    """Tensors of one shape along a new axis."""
    tensors = same_kind("stack", xs)
    if len({t.shape for t in tensors}) > 1:
        raise invalid(f"stack: shapes must be equal. Received: {[tuple(t.shape) for t in tensors]}.")
    axis = normalized_axis("stack", axis, len(tensors[0].shape) + 1)
    return concatenate([expand_dims(t, axis) for t in tensors], axis)


def stack_values(xs, dtype=None):
    """The tensor of nested lists that hold tensors: what `as_tensor` makes of them."""
    y = _stacked(xs, _first_tensor(xs))
    return y if dtype is None else e.cast(y, dtype)


def _stacked(xs, like):
    return stack([_stacked(x, like) if isinstance(x, (list, tuple)) else as_tensor(x, like=like) for x in xs])


def _first_tensor(xs):
    for x in xs:
        if isinstance(x, (Tensor, Variable)):
            return x
        found = _first_tensor(x) if isinstance(x, (list, tuple)) else None
        if found is not None:
            return found
    return None


def unstack(x, num=None, axis=0):
    """The list of slices along an axis."""
    x = as_tensor(x)
    axis = normalized_axis("unstack", axis, len(x.shape))
    n = x.shape[axis]
    if num is not None and num != n:
        raise invalid(f"unstack: `num` must be the extent of axis {axis}, {n}. Received: num={num}.")
    return [getitem(x, (*(slice(None),) * axis, k)) for k in range(n)]


def split(x, indices_or_sections, axis=0):
    """Pieces along an axis: so many equal ones, or cut at the given positions."""
    x = as_tensor(x)
    axis = normalized_axis("split", axis, len(x.shape))
    n = x.shape[axis]
    if hasattr(indices_or_sections, "__index__"):
        k = int(indices_or_sections)
        if k < 1 or n % k:
            raise invalid(f"split: axis {axis} of extent {n} must divide in equal pieces. Received: {k} pieces.")
        cuts = [n // k * j for j in range(1, k)]
    else:
        cuts = [int(c) for c in indices_or_sections]
    return [part(x, axis, a, b) for a, b in zip([0, *cuts], [*cuts, n], strict=True)]


# ---------------------------------------------------------------------------------------------- picking


def take(x, indices, axis=0):
    """Slices of x along an axis, picked by number; the gradient of a slice picked twice is the sum.

    Raises:
        IndexError: a number is outside.
    """
    x, indices = as_tensor(x), as_tensor(indices)
    axis = normalized_axis("take", axis, len(x.shape))
    if not indices.dtype.is_integer:
        raise invalid_type(f"take: `indices` must be integers. Received: dtype={indices.dtype.name}.")
    _check_bounds("take", indices, x.shape[axis])
    if axis != 0:
        order = (axis, *(k for k in range(len(x.shape)) if k != axis))
        y = take(transpose(x, order), indices, 0)
        m = len(indices.shape)
        return transpose(y, (*range(m, m + axis), *range(m), *range(m + axis, m + len(x.shape) - 1)))
    picked = e.cast(indices, int64)
    return reshape(_rows(x, reshape(picked, (-1,)), x.dtype), (*indices.shape, *x.shape[1:]))


def _check_bounds(who, indices, extent):
    def error(found):
        return invalid_index(f"{who}: `indices` must be in [0, {extent}). Received: {found}.")

    refuse_integers(indices, 0, extent, error)


def gather_rows(x, index, dtype):
    """Rows of x by number, as another element type: how batches are made. Numbers outside give zeros.

    Args:
        x: (N, ...). index: int64 (n,). dtype: x's own, or a floating point type.
    """
    x, index = as_tensor(x), _checked_index("gather_rows", index)
    return _rows(x, index, as_dtype(dtype))


def _checked_index(who, index):
    index = as_tensor(index)
    if index.dtype is not int64 or len(index.shape) != 1:
        raise invalid(
            f"{who}: `index` must be a vector of int64. Received: shape={index.shape}, dtype={index.dtype.name}."
        )
    return index


def _rows(x, index, dtype):
    if x.dtype not in GATHERED or (dtype is not x.dtype and dtype not in (float32, float64)):
        return e.cast(_moved_rows(x, index), dtype)
    n, picked = math.prod(x.shape[1:]), index.shape[0]
    dims = (n, x.shape[0], x.dtype.code, dtype.code, picked)
    to = (picked, *x.shape[1:])
    y = emit(GATHER_ROWS, (x, index), ((to, dtype),), dims, (), -(-picked // PICKED), n * picked)
    return record(y, (x, index), lambda dy, needs: (e.cast(scatter_rows(dy, index, x.shape), x.dtype), None))


def _moved_rows(x, index):
    """gather_rows by NumPy, of the element types that csrc/shape.pyx does not have."""

    def pick(inputs, outputs, dims, attrs):
        inside = (inputs[1] >= 0) & (inputs[1] < len(inputs[0]))
        outputs[0][...] = 0
        outputs[0][inside] = inputs[0][inputs[1][inside]]

    y = emit(numpy_kernel("rows", pick), (x, index), (((index.shape[0], *x.shape[1:]), x.dtype),), dtype=x.dtype)
    return record(y, (x, index), lambda dy, needs: (scatter_rows(dy, index, x.shape), None))


def _add_rows(inputs, outputs, dims, attrs):
    inside = (inputs[1] >= 0) & (inputs[1] < len(outputs[0]))
    total = np.zeros(outputs[0].shape, np.float32 if outputs[0].dtype == np.float16 else outputs[0].dtype)
    np.add.at(total, inputs[1][inside], inputs[0][inside])
    with np.errstate(over="ignore"):
        outputs[0][...] = total


def scatter_rows(dy, index, shape):
    """Zeros of `shape` with the rows of dy added at `index`: the gradient of picking rows. Numbers outside add nothing."""
    dy, index, shape = (
        as_tensor(dy),
        _checked_index("scatter_rows", index),
        checked_shape("scatter_rows", shape, least=0),
    )
    if not shape or dy.shape != (*index.shape, *shape[1:]):
        raise invalid(
            f"scatter_rows: `dy` must have a row of `shape` for each index. "
            f"Received: dy.shape={dy.shape}, index.shape={index.shape}, shape={shape}."
        )
    if dy.dtype is float32 or dy.dtype is float64:
        dims = (math.prod(shape[1:]), shape[0], index.shape[0])
        y = emit(SCATTER_ROWS, (dy, index), ((shape, dy.dtype),), dims, (), 1, dy.size)
    else:
        y = emit(numpy_kernel("scatter_rows", _add_rows), (dy, index), ((shape, dy.dtype),), dtype=dy.dtype)
    return record(y, (dy, index), lambda ddy, needs: (_rows(ddy, index, dy.dtype), None))


def one_hot(indices, depth, on_value=1.0, off_value=0.0, axis=-1, dtype=None):
    """`on_value` at the number given, `off_value` elsewhere; a number outside [0, depth) gives no `on_value`."""
    indices = as_tensor(indices)
    if not indices.dtype.is_integer:
        raise invalid_type(f"one_hot: `indices` must be integers. Received: dtype={indices.dtype.name}.")
    depth, dtype = int(depth), as_dtype(dtype or config.floatx())
    if depth < 0:
        raise invalid(f"one_hot: `depth` must not be negative. Received: depth={depth}.")
    if depth > np.iinfo(indices.dtype.numpy).max:  # numbers up to depth would wrap
        indices = e.cast(indices, int64)
    axis = normalized_axis("one_hot", axis, len(indices.shape) + 1)
    columns = [1] * (len(indices.shape) + 1)
    columns[axis] = depth
    numbers = as_tensor(np.arange(depth, dtype=indices.dtype.numpy).reshape(columns))
    hit = e.equal(expand_dims(indices, axis), numbers)
    if on_value == 1.0 and off_value == 0.0:
        return e.cast(hit, dtype)
    return e.where(hit, as_tensor(on_value, dtype=dtype), as_tensor(off_value, dtype=dtype))


# ---------------------------------------------------------------------------------------------- repeating


def tile(x, repeats):
    """x repeated so often along each axis."""
    x = as_tensor(x)
    repeats = checked_shape("tile", repeats, "repeats", least=0)
    if len(repeats) < len(x.shape):
        repeats = (1,) * (len(x.shape) - len(repeats)) + repeats
    x = reshape(x, (1,) * (len(repeats) - len(x.shape)) + x.shape)
    inside = [k for pair in zip(repeats, x.shape, strict=True) for k in pair]
    spread = broadcast_to(reshape(x, [k for d in x.shape for k in (1, d)]), inside)
    return reshape(spread, tuple(r * d for r, d in zip(repeats, x.shape, strict=True)))


def repeat(x, repeats, axis=None):
    """Each element `repeats` times in a row along an axis (None: of the flat x)."""
    x = as_tensor(x)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    axis = normalized_axis("repeat", axis, len(x.shape))
    counts, n = np.asarray(repeats), x.shape[axis]
    if counts.dtype.kind not in "iu" or counts.shape not in ((), (1,), (n,)) or (counts < 0).any():
        raise invalid(f"repeat: `repeats` must be a count, or {n} of them. Received: repeats={repeats}.")
    counts = np.broadcast_to(counts, (n,))
    return take(x, as_tensor(np.repeat(np.arange(x.shape[axis]), counts)), axis)


def flip(x, axis=None):
    """The elements in reverse order along an axis, several, or all."""
    x = as_tensor(x)
    axes = range(len(x.shape)) if axis is None else [axis] if hasattr(axis, "__index__") else axis
    axes = {normalized_axis("flip", k, len(x.shape)) for k in axes}
    return getitem(x, tuple(slice(None, None, -1) if k in axes else slice(None) for k in range(len(x.shape))))


# ---------------------------------------------------------------------------------------------- making


def zeros(shape, dtype=None):
    """Zeros; floatx by default."""
    shape, dtype = checked_shape("zeros", shape, least=0), as_dtype(dtype or config.floatx())
    n_bytes = math.prod(shape) * dtype.itemsize
    return emit(ZEROS, (), ((shape, dtype),), (n_bytes,), (), -(-n_bytes // CHUNK), n_bytes // 8)


def full(shape, value, dtype=None):
    """One value everywhere; floatx for a Python number by default."""
    value = as_tensor(value) if dtype is None else as_tensor(value, dtype=dtype)
    shape = checked_shape("full", shape, least=0)
    if value.shape and broadcast_shapes(value.shape, shape, who="full") != shape:
        raise invalid(f"full: `value` must broadcast to {shape}. Received: value.shape={value.shape}.")

    def fill(inputs, outputs, dims, attrs):
        outputs[0][...] = inputs[0]

    y = emit(numpy_kernel("full", fill), (value,), ((shape, value.dtype),))
    return record(y, (value,), lambda dy, needs: e.unbroadcast(dy, value.shape))


_ONES = numpy_kernel("ones", lambda inputs, outputs, dims, attrs: outputs[0].fill(1))
_ones: dict = {}


def ones(shape, dtype=None):
    """Ones; floatx by default."""
    shape, dtype = checked_shape("ones", shape, least=0), as_dtype(dtype or config.floatx())
    if shape or active_trace() is not None:
        return emit(_ONES, (), ((shape, dtype),))
    one = _ones.get(dtype)
    if one is None:
        one = _ones[dtype] = as_tensor(1, dtype=dtype)
    return one


def eye(rows, columns=None, k=0, dtype=None):
    """Ones on the k-th diagonal, zeros elsewhere."""
    if int(rows) < 0 or columns is not None and int(columns) < 0:
        raise invalid(f"eye: `rows` and `columns` must not be negative. Received: {rows}, {columns}.")
    return as_tensor(
        np.eye(int(rows), None if columns is None else int(columns), int(k)), dtype=dtype or config.floatx()
    )


def arange(start, stop=None, step=1, dtype=None):
    """start, start + step, ... below stop; from 0 with one argument."""
    if stop is None:
        start, stop = 0, start
    start, stop, step = (v.numpy() if isinstance(v, (Tensor, Variable)) else v for v in (start, stop, step))
    if step == 0:
        raise invalid(f"arange: `step` must not be 0. Received: step={step}.")
    if dtype is None:
        dtype = as_tensor(start + step + stop).dtype
        typed = [v.dtype for v in (start, stop, step) if isinstance(v, (np.ndarray, np.generic))]
        if typed and (dtype.is_integer or np.result_type(*typed).kind == "f"):
            dtype = np.result_type(*typed)  # a Python number beside it changes nothing; before NumPy 2 it did
    return as_tensor(np.arange(start, stop, step, dtype=as_dtype(dtype).numpy))


# ---------------------------------------------------------------------------------------------- order


def argsort(x, axis=-1, direction="ASCENDING"):
    """The positions that would sort x along an axis, int32; equal elements keep their order."""
    x = as_tensor(x)
    axis = normalized_axis("argsort", axis, len(x.shape))
    direction = direction.upper()
    if direction not in ("ASCENDING", "DESCENDING"):
        raise invalid(f"argsort: `direction` must be 'ASCENDING' or 'DESCENDING'. Received: {direction!r}.")

    def fill(inputs, outputs, dims, attrs):
        a = inputs[0]
        if direction == "DESCENDING":
            last = a.shape[axis] - 1
            outputs[0][...] = np.flip(last - np.argsort(np.flip(a, axis), axis=axis, kind="stable"), axis)
        else:
            outputs[0][...] = np.argsort(a, axis=axis, kind="stable")

    return emit(numpy_kernel("argsort", fill), (x,), ((x.shape, int32),), dtype=x.dtype)


def take_along_axis(x, indices, axis=-1):
    """Elements of x picked along an axis by an array of numbers of the same rank; the other axes broadcast."""
    x, indices = as_tensor(x), as_tensor(indices)
    axis = normalized_axis("take_along_axis", axis, len(x.shape))
    if not indices.dtype.is_integer:
        raise invalid_type(f"take_along_axis: `indices` must be integers. Received: dtype={indices.dtype.name}.")
    if len(indices.shape) != len(x.shape):
        raise invalid(
            f"take_along_axis: `indices` must have the rank of x. "
            f"Received: indices.shape={indices.shape}, x.shape={x.shape}."
        )
    others = [t.shape[:axis] + t.shape[axis + 1 :] for t in (x, indices)]
    if others[0] != others[1]:
        to = broadcast_shapes(*others, who="take_along_axis")
        x, indices = (broadcast_to(t, (*to[:axis], t.shape[axis], *to[axis:])) for t in (x, indices))
    _check_bounds("take_along_axis", indices, x.shape[axis])

    def pick(inputs, outputs, dims, attrs):
        outputs[0][...] = np.take_along_axis(inputs[0], inputs[1].astype("int64"), axis)

    y = emit(numpy_kernel("take_along_axis", pick), (x, indices), ((indices.shape, x.dtype),), dtype=x.dtype)
    return record(y, (x, indices), lambda dy, needs: (_put_along_axis(dy, indices, axis, x.shape), None))


def _put_along_axis(dy, indices, axis, shape):
    def put(inputs, outputs, dims, attrs):
        outputs[0][...] = 0
        where = list(np.indices(inputs[1].shape))
        where[axis] = inputs[1]
        np.add.at(outputs[0], tuple(where), inputs[0])

    dx = emit(numpy_kernel("put_along_axis", put), (dy, indices), ((shape, dy.dtype),), dtype=dy.dtype)
    return record(dx, (dy, indices), lambda ddx, needs: (take_along_axis(ddx, indices, axis), None))


def sort(x, axis=-1, direction="ASCENDING"):
    """x in order along an axis."""
    return take_along_axis(x, argsort(x, axis, direction), axis)


def top_k(x, k=1, sorted=True):  # noqa: A002
    """(values, positions) of the k largest along the last axis, largest first; the first of equals first."""
    x = as_tensor(x)
    if not x.shape:
        raise invalid("top_k: `x` must have an axis. Received: x.shape=().")
    if not 0 <= k <= x.shape[-1]:
        raise invalid(f"top_k: `k` must be in [0, {x.shape[-1]}]. Received: k={k}.")
    positions = getitem(argsort(x, -1, "DESCENDING"), (Ellipsis, slice(0, k)))
    return take_along_axis(x, positions, -1), positions


from pyseq.ops.slicing import concatenate, getitem, pad, part  # noqa: E402, F401  (slicing is made of what stands above)

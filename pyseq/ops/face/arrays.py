"""keras.ops: tensors made, and their elements put elsewhere."""

from __future__ import annotations

import builtins
import math

import numpy as np

from pyseq.core import Tensor, as_dtype, as_tensor, bool_, config, dispatch, float32, int32
from pyseq.core.errors import invalid
from pyseq.ops import elementwise, gather
from pyseq.ops import shape as s
from pyseq.ops.face.promotion import floats, same


def array(x, dtype=None):
    """Tensor of a value."""
    return as_tensor(x, None if dtype is None else as_dtype(dtype))


def zeros(shape, dtype=None):
    """Zeros, `floatx()` by default."""
    return s.zeros(shape, dtype)


def ones(shape, dtype=None):
    """Ones, `floatx()` by default."""
    return s.ones(shape, dtype)


def empty(shape, dtype=None):
    """Zeros: nothing is left undefined."""
    return s.zeros(shape, dtype)


def full(shape, fill_value, dtype=None):
    """One value everywhere."""
    return s.full(shape, fill_value, dtype or (None if hasattr(fill_value, "dtype") else config.floatx()))


def zeros_like(x, dtype=None):
    """Zeros, shape and (by default) dtype of x."""
    return elementwise.zeros_like(as_tensor(x), dtype)


def ones_like(x, dtype=None):
    """Ones, shape and (by default) dtype of x."""
    return elementwise.ones_like(as_tensor(x), dtype)


def empty_like(x, dtype=None):
    """Zeros, shape and dtype of x."""
    return elementwise.zeros_like(as_tensor(x), dtype)


def full_like(x, fill_value, dtype=None):
    """One value everywhere, shape and (by default) dtype of x."""
    x = as_tensor(x)
    return s.full(x.shape, as_tensor(fill_value, as_dtype(dtype) if dtype is not None else x.dtype))


def copy(x):
    """A tensor of the same values."""
    x = as_tensor(x)
    return elementwise.cast(x, x.dtype)


def arange(start, stop=None, step=None, dtype=None):
    """start, start + step, ... below stop; from 0 with one number."""
    return s.arange(start, stop, 1 if step is None else step, dtype)


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` numbers from start to stop; `retstep`: (numbers, step)."""
    start, stop = floats(start, stop)
    steps = num - 1 if endpoint else num
    step = (
        elementwise.divide(elementwise.subtract(stop, start), float(steps))
        if steps > 0
        else s.full(start.shape, math.nan)
    )
    share = s.reshape(as_tensor(np.arange(num) / builtins.max(steps, 1), start.dtype), (num, *[1] * len(step.shape)))
    made = elementwise.add(elementwise.multiply(share, elementwise.subtract(stop, start)), start)
    if endpoint and num > 1:
        made = s.concatenate([made[:-1], s.expand_dims(s.broadcast_to(stop, made.shape[1:]), 0)], 0)
    made = s.moveaxis(made, 0, axis)
    made = made if dtype is None else elementwise.cast(made, dtype)
    return (made, step) if retstep else made


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """base ** linspace(start, stop, num)."""
    made = linspace(start, stop, num, endpoint, axis=axis)
    made = elementwise.exp(elementwise.multiply(made, math.log(base)))
    return made if dtype is None else elementwise.cast(made, dtype)


def eye(N, M=None, k=0, dtype=None):  # noqa: N803
    """Ones on the k-th diagonal."""
    return s.eye(N, M, k, dtype)


def identity(n, dtype=None):
    """Ones on the diagonal, (n, n)."""
    return s.eye(n, None, 0, dtype)


def tri(N, M=None, k=0, dtype=None):  # noqa: N803
    """Ones on and below the k-th diagonal."""
    return as_tensor(np.tri(N, M, k), as_dtype(dtype or config.floatx()))


def tril(x, k=0):
    """x with zeros above the k-th diagonal of its last two axes."""
    return _triangle("tril", np.tri, x, k)


def triu(x, k=0):
    """x with zeros below the k-th diagonal."""
    return _triangle("triu", lambda n, m, k: 1 - np.tri(n, m, k - 1), x, k)


def _triangle(who, make, x, k):
    x = as_tensor(x)
    if len(x.shape) < 2:
        raise invalid(f"{who}: `x` must have two axes at least. Received: x.shape={x.shape}.")
    kept = as_tensor(make(x.shape[-2], x.shape[-1], k).astype(bool))
    return elementwise.where(kept, x, elementwise.zeros_like(x))


def diag(x, k=0):
    """A matrix with x, a vector, on its k-th diagonal; or the diagonal of a matrix."""
    x = as_tensor(x)
    if len(x.shape) == 2:
        return diagonal(x, k)
    if len(x.shape) != 1:
        raise invalid(f"diag: `x` must have one axis or two. Received: x.shape={x.shape}.")
    n = x.shape[0] + builtins.abs(k)
    places = np.arange(x.shape[0]) * (n + 1) + (k if k >= 0 else -k * n)
    index = as_tensor(places.astype("int64").reshape(-1, 1))
    return s.reshape(gather.scatter_nd(index, x, (n * n,)), (n, n))


def diagflat(x, k=0):
    """`diag` of the flat x."""
    return diag(s.reshape(as_tensor(x), (-1,)), k)


def diagonal(x, offset=0, axis1=0, axis2=1):
    """The elements with equal numbers along two axes, as the last axis."""
    x = as_tensor(x)
    rank = len(x.shape)
    a, b = axis1 % rank, axis2 % rank
    x = s.transpose(x, (*[k for k in range(rank) if k not in (a, b)], a, b))
    n, m = x.shape[-2:]
    count = builtins.max(0, builtins.min(n, m - offset) if offset >= 0 else builtins.min(n + offset, m))
    first = offset if offset >= 0 else -offset * m
    places = as_tensor(first + np.arange(count) * (m + 1))
    return s.take(s.reshape(x, (*x.shape[:-2], n * m)), places, -1)


def meshgrid(*x, indexing="xy"):
    """A list of tensors, each with one vector along one axis, repeated along those of the others."""
    if indexing not in ("xy", "ij"):
        raise invalid(f"meshgrid: `indexing` must be 'xy' or 'ij'. Received: indexing={indexing!r}.")
    vectors = [s.reshape(as_tensor(v), (-1,)) for v in x]
    n = len(vectors)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    shape = [0] * n
    for k, v in zip(order, vectors, strict=True):
        shape[k] = v.shape[0]
    turned = [
        s.reshape(v, [v.shape[0] if j == k else 1 for j in range(n)]) for k, v in zip(order, vectors, strict=True)
    ]
    return [s.broadcast_to(v, shape) for v in turned]


# ------------------------------------------------------------------------------------------------------------- shapes


def reshape(x, newshape):
    """The same elements under another shape; one extent may be -1."""
    return s.reshape(as_tensor(x), newshape)


def ravel(x):
    """All elements along one axis."""
    return s.reshape(as_tensor(x), (-1,))


def expand_dims(x, axis):
    """New axes of one element."""
    return s.expand_dims(as_tensor(x), axis)


def squeeze(x, axis=None):
    """Without axes of one element."""
    return s.squeeze(as_tensor(x), axis)


def transpose(x, axes=None):
    """The axes in another order, reversed by default."""
    return s.transpose(as_tensor(x), axes)


def swapaxes(x, axis1, axis2):
    """Two axes exchanged."""
    return s.swapaxes(x, axis1, axis2)


def moveaxis(x, source, destination):
    """Axes moved to other places."""
    x = as_tensor(x)
    rank = len(x.shape)
    sources, targets = ([k % rank for k in ([v] if isinstance(v, int) else v)] for v in (source, destination))
    order = [k for k in range(rank) if k not in sources]
    for target, k in sorted(zip(targets, sources, strict=True)):
        order.insert(target, k)
    return s.transpose(x, order)


def broadcast_to(x, shape):
    """x repeated along axes of one element, and new ones in front."""
    return s.broadcast_to(as_tensor(x), shape)


def concatenate(xs, axis=0):
    """Tensors one after another along an axis; None: flat."""
    xs = same(*xs)
    return s.concatenate([s.reshape(x, (-1,)) for x in xs], 0) if axis is None else s.concatenate(xs, axis)


def append(x1, x2, axis=None):
    """x1 and behind it x2, along an axis; None: flat."""
    return concatenate([x1, x2], axis)


def stack(x, axis=0):
    """Tensors along a new axis."""
    return s.stack(same(*x), axis)


def hstack(xs):
    """Tensors side by side: along the second axis, vectors along the first."""
    xs = [s.reshape(x, (1,)) if not x.shape else x for x in same(*xs)]
    return s.concatenate(xs, 0 if len(xs[0].shape) == 1 else 1)


def vstack(xs):
    """Tensors one below another; vectors are rows."""
    return s.concatenate([s.reshape(x, (1, -1)) if len(x.shape) < 2 else x for x in same(*xs)], 0)


def split(x, indices_or_sections, axis=0):
    """Pieces along an axis: so many equal ones, or cut at these places."""
    return s.split(as_tensor(x), indices_or_sections, axis)


def array_split(x, indices_or_sections, axis=0):
    """As `split`; pieces may differ by one."""
    x = as_tensor(x)
    if not hasattr(indices_or_sections, "__index__"):
        return s.split(x, indices_or_sections, axis)
    size, more = divmod(x.shape[axis], indices_or_sections)
    cuts = np.cumsum([size + (k < more) for k in range(indices_or_sections)])[:-1]
    return s.split(x, cuts.tolist(), axis)


def tile(x, repeats):
    """x repeated so often along each axis."""
    x, repeats = as_tensor(x), (repeats,) if hasattr(repeats, "__index__") else tuple(repeats)
    return s.tile(x, (1,) * (len(x.shape) - len(repeats)) + repeats)


def repeat(x, repeats, axis=None):
    """Each element so often in a row along an axis; None: of the flat x."""
    return s.repeat(as_tensor(x), repeats, axis)


def flip(x, axis=None):
    """The elements in opposite order."""
    return s.flip(as_tensor(x), axis)


def roll(x, shift, axis=None):
    """The elements moved on along axes, those that leave come in on the other side; None: of the flat x."""
    x = as_tensor(x)
    if axis is None:
        return s.reshape(gather.roll(s.reshape(x, (-1,)), shift, 0), x.shape)
    return gather.roll(x, shift, axis)


def rot90(array, k=1, axes=(0, 1)):
    """x turned by k right angles in the plane of two axes."""
    x = as_tensor(array)
    a, b = axes
    if k % 4 == 0:
        return x
    if k % 4 == 2:
        return s.flip(x, (a, b))
    return s.swapaxes(s.flip(x, b), a, b) if k % 4 == 1 else s.flip(s.swapaxes(x, a, b), b)


def pad(x, pad_width, mode="constant", constant_values=None):
    """x with a margin; pad_width: a number, (before, after), or such a pair for each axis."""
    x = as_tensor(x)
    if constant_values is not None and mode != "constant":
        raise invalid(f"pad: `constant_values` goes with mode='constant' only. Received: mode={mode!r}.")
    return s.pad(x, pad_width, mode, 0 if constant_values is None else constant_values)


def take(x, indices, axis=None):
    """Slices along an axis, picked by number, also from the end (-1); None: elements of the flat x."""
    x, indices = as_tensor(x), as_tensor(indices)
    x, axis = (s.reshape(x, (-1,)), 0) if axis is None else (x, axis)
    n = x.shape[axis]
    indices = elementwise.where(elementwise.less(indices, 0), elementwise.add(indices, n), indices)
    return s.take(x, indices, axis)


def take_along_axis(x, indices, axis=None):
    """Elements picked along an axis by an array of numbers; None: of the flat x."""
    x, indices = as_tensor(x), as_tensor(indices)
    if axis is None:
        x, indices, axis = s.reshape(x, (-1,)), s.reshape(indices, (-1,)), 0
    indices = elementwise.where(elementwise.less(indices, 0), elementwise.add(indices, x.shape[axis]), indices)
    return s.take_along_axis(x, indices, axis)


def get_item(x, key):
    """x[key]."""
    return s.getitem(as_tensor(x), key)


def nonzero(x):
    """For each axis the positions of the elements that are not zero, int32."""
    x = as_tensor(x)
    found = gather.nonzero(elementwise.cast(x, bool_))
    return tuple(elementwise.cast(c, int32) for c in s.unstack(found, axis=1))


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    """One-hot along a new axis."""
    _refuse_sparse("one_hot", sparse)
    return s.one_hot(elementwise.cast(as_tensor(x), "int64"), num_classes, 1.0, 0.0, axis, dtype or config.floatx())


def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False):
    """Ones at all the numbers along an axis, which is replaced by the classes; negative numbers count for nothing."""
    _refuse_sparse("multi_hot", sparse)
    if num_classes is None:
        raise invalid("multi_hot: give `num_classes`.")
    x = as_tensor(inputs)
    reduced = 1 if len(x.shape) > 1 else 0
    hot = one_hot(x, num_classes, axis, dtype)
    from pyseq.ops import reduce

    return reduce.max(hot, reduced)


def _refuse_sparse(who, sparse):
    if sparse:
        raise NotImplementedError(f"{who}: tensors are dense. Use sparse=False.")


def size(x):
    """The number of elements."""
    return math.prod(x.shape if isinstance(x, Tensor) or hasattr(x, "shape") else as_tensor(x).shape)


def ndim(x):
    """The number of axes."""
    return len(x.shape if hasattr(x, "shape") else as_tensor(x).shape)


def vander(x, N=None, increasing=False):  # noqa: N803
    """Powers of a vector, from the highest down: (n, N)."""
    (x,) = floats(x) if as_tensor(x).dtype.is_bool else [as_tensor(x)]
    n = x.shape[0] if N is None else N
    powers = as_tensor(np.arange(n) if increasing else np.arange(n)[::-1].copy(), x.dtype)
    return elementwise.power(s.expand_dims(x, 1), powers)


_FLOAT = float32  # of windows


def bartlett(x):
    """A window of x points: a triangle."""
    return as_tensor(np.bartlett(int(x)), _FLOAT)


def blackman(x):
    """Blackman's window of x points."""
    return as_tensor(np.blackman(int(x)), _FLOAT)


def hamming(x):
    """Hamming's window of x points."""
    return as_tensor(np.hamming(int(x)), _FLOAT)


def hanning(x):
    """Hann's window of x points."""
    return as_tensor(np.hanning(int(x)), _FLOAT)


dispatch.face(globals(), "keras.ops")

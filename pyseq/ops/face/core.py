"""keras.ops: conversions, shapes, control flow, scattering."""

from __future__ import annotations

import builtins

import numpy as np

from pyseq.core import Tensor, Variable, as_dtype, as_tensor, dispatch
from pyseq.core.errors import invalid
from pyseq.core.keras_tensor import KerasTensor
from pyseq.core.structure import flatten, map_structure
from pyseq.ops import elementwise, gather
from pyseq.ops import shape as s


def cast(x, dtype):
    """x with another element type."""
    return elementwise.cast(as_tensor(x), as_dtype(dtype))


def saturate_cast(x, dtype):
    """As `cast`; what lies outside the range of an integer type becomes its nearest end."""
    x, dtype = as_tensor(x), as_dtype(dtype)
    if dtype.is_integer and not x.dtype.is_bool:
        low, high = dtype.min, dtype.max
        if x.dtype.is_integer:
            low, high = max(low, x.dtype.min), min(high, x.dtype.max)
        else:  # the largest float that is no more than `high`
            high = float(np.nextafter(x.dtype.numpy.type(high), x.dtype.numpy.type(0))) if dtype.itemsize >= 4 else high
        x = elementwise.minimum(elementwise.maximum(x, low), high)
    return elementwise.cast(x, dtype)


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """Tensor of a number, list, array or variable."""
    if sparse or ragged:
        raise NotImplementedError("convert_to_tensor: tensors are dense. Use sparse=None, ragged=None.")
    t = as_tensor(x)
    return t if dtype is None or t.dtype == dtype else elementwise.cast(t, as_dtype(dtype))


def convert_to_numpy(x):
    """NumPy array of a tensor's values."""
    return np.asarray(x.numpy() if isinstance(x, (Tensor, Variable)) else x)


def is_tensor(x):
    """Is x a tensor?"""
    return isinstance(x, Tensor)


def shape(x):
    """The extents as a tuple, None where unknown."""
    return tuple(x.shape) if hasattr(x, "shape") else as_tensor(x).shape


def dtype(x):
    """The name of the element type."""
    return as_tensor(x).dtype.name if not isinstance(x, KerasTensor) else x.dtype.name


def stop_gradient(variable):
    """The tensor, for gradients a constant."""
    x = as_tensor(variable)
    return x.reshaped(x.shape)


def custom_gradient(f):
    """A function whose gradient is the one it gives itself. See tf.custom_gradient."""
    from pyseq.tf.differentiation import custom_gradient as decorator

    return decorator(f)


def unstack(x, num=None, axis=0):
    """The slices along an axis, as a list."""
    return s.unstack(as_tensor(x), num, axis)


# --------------------------------------------------------------------------------------------------------- control flow


def cond(pred, true_fn, false_fn):
    """true_fn() if `pred` is true, else false_fn(). See tf.cond."""
    return _control().cond(pred, true_fn, false_fn)


def _control():
    from pyseq.tf import control  # a floor above: this module is a face as that one is

    return control


def switch(index, branches, *operands):
    """branches[index](*operands), the index brought into range."""
    index = as_tensor(index)
    index = elementwise.minimum(elementwise.maximum(index, 0), len(branches) - 1)
    return _control().switch_case(index, [lambda f=f: f(*operands) for f in branches])


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """loop_vars after body has been applied while cond holds. See tf.while_loop; one variable needs no tuple."""
    several = isinstance(loop_vars, (tuple, list))
    values = tuple(loop_vars) if several else (loop_vars,)

    def turn(*v):
        made = body(*v)
        return tuple(made) if isinstance(made, (tuple, list)) else (made,)

    made = _control().while_loop(cond, turn, values, maximum_iterations=maximum_iterations)
    return made if several else made[0]


def fori_loop(lower, upper, body_fun, init_val):
    """val after val = body_fun(i, val) for i from `lower` to below `upper`."""
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(as_tensor(i), value)
    return value


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """carry, y = f(carry, x) for each x along the first axis: (last carry, all y stacked). `unroll`: without effect."""
    if xs is None:
        if length is None:
            raise invalid("scan: give `xs` or `length`.")
        rows = [None] * int(length)
    else:
        columns = [s.unstack(as_tensor(x)) for x in flatten(xs)]
        rows = [_filled(xs, row) for row in zip(*columns, strict=True)]
        if length is not None and int(length) != len(rows):
            raise invalid(f"scan: `length` must be the extent of `xs`, {len(rows)}. Received: length={length}.")
    carry, made = init, []
    for row in reversed(rows) if reverse else rows:
        carry, y = f(carry, row)
        made.append(y)
    return carry, _stacked(made[::-1] if reverse else made)


def _filled(like, leaves):
    leaves = iter(leaves)
    if isinstance(like, dict):
        like = {k: like[k] for k in sorted(like)}
    return map_structure(lambda _: next(leaves), like)


def _stacked(made):
    if not made or made[0] is None:
        return None
    columns = [flatten(y) for y in made]
    return _filled(made[0], [s.stack([as_tensor(x) for x in column]) for column in zip(*columns, strict=True)])


def map(f, xs):  # noqa: A001
    """f(x) for each x along the first axis, stacked."""
    return scan(lambda carry, x: (carry, f(x)), None, xs)[1]


def vectorized_map(function, elements):
    """f(x) for each x along the first axis, stacked: done one after another."""
    return map(function, elements)


# ------------------------------------------------------------------------------------------------------------ scattering


def scatter(indices, values, shape):
    """Zeros of `shape` with `values` added at `indices`."""
    return gather.scatter_nd(as_tensor(indices), as_tensor(values), shape)


def scatter_update(inputs, indices, updates, reduction=None):
    """inputs with `updates` at `indices`. reduction: None (set), "add", "max", "min" or "mul"."""
    how = {None: "update", "add": "add", "max": "max", "min": "min", "sub": "sub"}.get(reduction)
    if how is None:
        raise NotImplementedError(
            f"scatter_update: `reduction` must be None, 'add', 'max' or 'min'. Received: {reduction!r}."
        )
    return gather.tensor_scatter_nd(
        as_tensor(inputs), as_tensor(indices), as_tensor(updates, like=as_tensor(inputs)), how
    )


def slice(inputs, start_indices, shape):  # noqa: A001
    """The block of this shape that begins at `start_indices`."""
    x, start = as_tensor(inputs), [int(k) for k in start_indices]
    ends = [x.shape[k] if n == -1 else a + int(n) for k, (a, n) in enumerate(zip(start, shape, strict=True))]
    return s.getitem(x, tuple(builtins.slice(a, b) for a, b in zip(start, ends, strict=True)))


def slice_update(inputs, start_indices, updates):
    """inputs with the block that begins at `start_indices` replaced by `updates`."""
    x, updates = as_tensor(inputs), as_tensor(updates, like=as_tensor(inputs))
    start = [int(k) for k in start_indices]
    margins = [(a, d - a - n) for a, d, n in zip(start, x.shape, updates.shape, strict=True)]
    inside = s.pad(as_tensor(np.ones(updates.shape, bool)), margins)
    return elementwise.where(inside, s.pad(updates, margins), x)


dispatch.face(globals(), "keras.ops")

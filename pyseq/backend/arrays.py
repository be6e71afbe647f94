"""keras.backend: arithmetic, reductions, products, and elements moved elsewhere."""

from __future__ import annotations

import math

import numpy as np

from pyseq.core import as_tensor
from pyseq.core.config import floatx
from pyseq.ops import batch_dot as products
from pyseq.ops import elementwise, linalg, reduce, searching
from pyseq.ops import shape as shape_ops
from pyseq.tf import tensors as tf


def _unary(name, function, words):
    def f(x):
        return function(x)

    return _named(f, name, words)


def _binary(name, function, words):
    def f(x, y):
        return function(x, y)

    return _named(f, name, words)


def _named(f, name, words):
    f.__name__ = f.__qualname__ = name
    f.__doc__ = words
    return f


abs = _unary("abs", elementwise.absolute, "|x|.")  # noqa: A001
cos = _unary("cos", elementwise.cos, "The cosine of x radians.")
exp = _unary("exp", elementwise.exp, "e ** x.")
log = _unary("log", elementwise.log, "The natural logarithm.")
round = _unary("round", elementwise.round, "The nearest integer, halves to the even one.")  # noqa: A001
sign = _unary("sign", elementwise.sign, "-1, 0 or 1.")
sin = _unary("sin", elementwise.sin, "The sine of x radians.")
square = _unary("square", elementwise.square, "x * x.")
equal = _binary("equal", elementwise.equal, "x == y, elementwise.")
greater = _binary("greater", elementwise.greater, "x > y, elementwise.")
greater_equal = _binary("greater_equal", elementwise.greater_equal, "x >= y, elementwise.")
less = _binary("less", elementwise.less, "x < y, elementwise.")
less_equal = _binary("less_equal", elementwise.less_equal, "x <= y, elementwise.")
maximum = _binary("maximum", elementwise.maximum, "The larger of x and y.")
minimum = _binary("minimum", elementwise.minimum, "The smaller of x and y.")
not_equal = _binary("not_equal", elementwise.not_equal, "x != y, elementwise.")


def sqrt(x):
    """The square root; 0 below 0, as Keras has it."""
    x = as_tensor(x)
    return elementwise.sqrt(elementwise.maximum(x, 0.0))


def pow(x, a):  # noqa: A001
    """x ** a."""
    return elementwise.power(x, a)


def clip(x, min_value, max_value):
    """max(min(x, max_value), min_value); None: no bound. A bound below `min_value` counts as that."""
    if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)):
        max_value = min_value if max_value < min_value else max_value
    low = -math.inf if min_value is None else min_value
    return elementwise.clip(x, low, math.inf if max_value is None else max_value)


def cast(x, dtype):
    """x with another element type."""
    return tf.cast(x, dtype)


def cast_to_floatx(x):
    """x as `floatx()`; what is no tensor becomes an array."""
    return tf.cast(x, floatx()) if hasattr(x, "assign") or hasattr(x, "is_symbolic") else np.asarray(x, dtype=floatx())


# ---------------------------------------------------------------------------------------------------------- reductions


def _floats_of_truth(x):
    x = as_tensor(x)
    return elementwise.cast(x, floatx()) if x.dtype.is_bool else x


def max(x, axis=None, keepdims=False):  # noqa: A001
    """The largest element along the axes, all by default."""
    return reduce.max(x, axis, keepdims)


def min(x, axis=None, keepdims=False):  # noqa: A001
    """The smallest element along the axes."""
    return reduce.min(x, axis, keepdims)


def sum(x, axis=None, keepdims=False):  # noqa: A001
    """The sum along the axes."""
    return reduce.sum(x, axis, keepdims)


def prod(x, axis=None, keepdims=False):
    """The product along the axes."""
    return reduce.prod(x, axis, keepdims)


def mean(x, axis=None, keepdims=False):
    """The mean along the axes; of booleans the share of what is true."""
    return reduce.mean(_floats_of_truth(x), axis, keepdims)


def var(x, axis=None, keepdims=False):
    """The variance along the axes."""
    return reduce.var(_floats_of_truth(x), axis, keepdims)


def std(x, axis=None, keepdims=False):
    """The standard deviation along the axes."""
    return reduce.std(_floats_of_truth(x), axis, keepdims)


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) without the overflow."""
    return reduce.logsumexp(x, axis, keepdims)


def any(x, axis=None, keepdims=False):  # noqa: A001
    """Is any element true?"""
    return reduce.any(as_tensor(x), axis, keepdims)


def all(x, axis=None, keepdims=False):  # noqa: A001
    """Are all elements true?"""
    return reduce.all(as_tensor(x), axis, keepdims)


def argmax(x, axis=-1):
    """Position of the largest element along an axis."""
    return reduce.argmax(x, axis)


def argmin(x, axis=-1):
    """Position of the smallest element along an axis."""
    return reduce.argmin(x, axis)


def cumsum(x, axis=0):
    """Running sums along an axis."""
    return reduce.cumsum(as_tensor(x), axis)


def cumprod(x, axis=0):
    """Running products along an axis."""
    return reduce.cumprod(as_tensor(x), axis)


def in_top_k(predictions, targets, k):
    """Is the class `targets` among the k largest of `predictions` (N, classes)? bool (N,)."""
    return searching.in_top_k(as_tensor(targets), as_tensor(predictions), k)


# ------------------------------------------------------------------------------------------------------------ products


def dot(x, y):
    """The product of matrices; with more axes the sum over x's last and y's last but one: (*x[:-1], *y[:-2], y[-1])."""
    x, y = elementwise.operands("dot", x, y)
    if len(x.shape) <= 2 and len(y.shape) <= 2:
        return linalg.matmul(x, y)
    rest = y.shape[:-2] + y.shape[-1:]
    rows = shape_ops.reshape(x, (-1, x.shape[-1]))
    columns = y if len(y.shape) == 1 else shape_ops.moveaxis(y, len(y.shape) - 2, 0)
    made = linalg.matmul(rows, shape_ops.reshape(columns, (columns.shape[0], -1)))
    return shape_ops.reshape(made, (*x.shape[:-1], *rest))


def batch_dot(x, y, axes=None):
    """For each sample the sum over an axis of x and one of y: (N, rest of x, rest of y); (N, 1) if nothing is left.

    Args:
        x, y: (N, ...), two axes at least.
        axes: an axis of both, or (axis of x, axis of y), not the first. By default x's last and y's last but one
            (its last, if it has two).
    """
    x, y = as_tensor(x), as_tensor(y)
    if axes is None:
        axes = (len(x.shape) - 1, len(y.shape) - (1 if len(y.shape) == 2 else 2))
    pair = (axes, axes) if hasattr(axes, "__index__") else tuple(axes)
    if len(pair) != 2:
        raise ValueError(f"batch_dot: `axes` must be one axis or two. Received: axes={axes}.")
    return products.batch_dot(x, y, pair)


def l2_normalize(x, axis=None):
    """x / sqrt(sum(x * x)) along `axis`, all by default."""
    x = as_tensor(x)
    squares = reduce.sum(elementwise.square(x), axis=axis, keepdims=True)
    return elementwise.multiply(x, elementwise.rsqrt(elementwise.maximum(squares, 1e-12)))


# ----------------------------------------------------------------------------------------------------------- elsewhere


def reshape(x, shape):
    """The same elements under another shape; one extent may be -1."""
    return tf.reshape(x, shape)


def permute_dimensions(x, pattern):
    """The axes in the order of `pattern`."""
    return shape_ops.transpose(as_tensor(x), pattern)


def transpose(x):
    """The axes in reverse order."""
    return shape_ops.transpose(as_tensor(x))


def expand_dims(x, axis=-1):
    """A new axis of one element at `axis`."""
    return shape_ops.expand_dims(as_tensor(x), axis)


def squeeze(x, axis):
    """Without the axis `axis`, of one element."""
    return shape_ops.squeeze(as_tensor(x), axis)


def flatten(x):
    """All elements along one axis."""
    return shape_ops.reshape(as_tensor(x), (-1,))


def batch_flatten(x):
    """All elements of each sample along one axis."""
    x = as_tensor(x)
    return shape_ops.reshape(x, (x.shape[0], math.prod(x.shape[1:])))


def concatenate(tensors, axis=-1):
    """The tensors one after the other along an axis."""
    return tf.concat(tensors, axis)


def stack(x, axis=0):
    """The tensors along a new axis."""
    return shape_ops.stack(x, axis)


def gather(reference, indices):
    """Slices along the first axis, picked by number."""
    return tf.gather(reference, indices)


def reverse(x, axes):
    """The elements in opposite order along an axis, or several."""
    return shape_ops.flip(as_tensor(x), axes)


def repeat(x, n):
    """(N, D) repeated along a new axis: (N, n, D)."""
    x = as_tensor(x)
    if len(x.shape) != 2:
        raise ValueError(f"repeat: `x` must have two axes. Received: x.shape={x.shape}. Use repeat_elements or tile.")
    return shape_ops.repeat(shape_ops.expand_dims(x, 1), n, 1)


def repeat_elements(x, rep, axis):
    """Each slice along an axis `rep` times in a row."""
    return shape_ops.repeat(as_tensor(x), rep, axis)


def tile(x, n):
    """x repeated so often along each axis; an integer: along its only axis."""
    x = as_tensor(x)
    n = [n] if hasattr(n, "__index__") else n
    if len(n) != len(x.shape):
        raise ValueError(f"tile: `n` must have a number for each of the {len(x.shape)} axes. Received: n={n}.")
    return shape_ops.tile(x, n)


def arange(start, stop=None, step=1, dtype="int32"):
    """start, start + step, ... below stop; with one number, from 0 to below it."""
    return shape_ops.arange(start, stop, step, dtype)


def one_hot(indices, num_classes):
    """One-hot rows, float32."""
    return tf.one_hot(indices, num_classes)


def temporal_padding(x, padding=(1, 1)):
    """(N, T, C) with zeros before and after along T."""
    return _padded("temporal_padding", x, (padding,), 3, "channels_last")


def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Images with zeros around: ((top, bottom), (left, right))."""
    return _padded("spatial_2d_padding", x, padding, 4, data_format)


def spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
    """Volumes with zeros around: (before, after) for each of three axes."""
    return _padded("spatial_3d_padding", x, padding, 5, data_format)


def _padded(who, x, padding, rank, data_format):
    from pyseq.backend.nn import channels_first

    x, pairs = as_tensor(x), [tuple(p) for p in padding]
    if len(x.shape) != rank or len(pairs) != rank - 2 or [p for p in pairs if len(p) != 2]:
        raise ValueError(
            f"{who}: `x` must have {rank} axes, `padding` be (before, after) for {rank - 2} of them. "
            f"Received: x.shape={x.shape}, padding={padding}."
        )
    first = channels_first(who, data_format)
    return shape_ops.pad(x, [(0, 0), (0, 0), *pairs] if first else [(0, 0), *pairs, (0, 0)])


def stop_gradient(variables):
    """The tensor, for gradients a constant; a list or tuple of them: an iterator over such."""
    return map(tf.stop_gradient, variables) if isinstance(variables, (list, tuple)) else tf.stop_gradient(variables)

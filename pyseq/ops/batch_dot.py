"""Products sample by sample, and vectors brought to unit length."""

from __future__ import annotations

import math

from pyseq.core.errors import invalid
from pyseq.ops import elementwise, linalg, reduce, shape
from pyseq.ops.axes import normalized_axis


def batch_dot(x, y, axes):
    """The sum over an axis of x and one of y of their products, for each sample.

    Args:
        x, y: (N, ...), of one dtype. axes: (axis of x, axis of y), neither 0.
    Returns:
        (N, the other axes of x, the other axes of y); (N, 1) if there are none.
    Raises:
        ValueError: fewer than two axes; the batch sizes or the extents of the two axes differ; an axis is 0.
    Source: tf.keras.backend.batch_dot.
    """
    x, y = elementwise.operands("batch_dot", x, y)
    if min(len(x.shape), len(y.shape)) < 2:
        raise invalid(f"batch_dot: `x` and `y` must have two axes at least. Received: {x.shape} and {y.shape}.")
    a, b = (normalized_axis("batch_dot", k, len(t.shape)) for k, t in zip(axes, (x, y), strict=True))
    if a == 0 or b == 0:
        raise invalid(
            f"batch_dot: `axes` must not name axis 0, which counts the samples. Received: axes={tuple(axes)}."
        )
    if x.shape[0] != y.shape[0] or x.shape[a] != y.shape[b]:
        raise invalid(
            "batch_dot: `x` and `y` must have one batch size and one extent along `axes`. "
            f"Received: x.shape={x.shape}, y.shape={y.shape}, axes={tuple(axes)}."
        )
    n, k = x.shape[0], x.shape[a]
    x_rest = tuple(d for j, d in enumerate(x.shape) if j not in (0, a))
    y_rest = tuple(d for j, d in enumerate(y.shape) if j not in (0, b))
    x = shape.reshape(shape.moveaxis(x, a, -1), (n, math.prod(x_rest), k))
    first = b == 1 and len(y.shape) > 2  # the summed axis is the first of each sample's: as a matrix, no transposition
    y = shape.reshape(
        y if first else shape.moveaxis(y, b, -1), (n, k, math.prod(y_rest)) if first else (n, math.prod(y_rest), k)
    )
    z = linalg.matmul(x, y, transpose_b=not first)
    return shape.reshape(z, (n, *x_rest, *y_rest) if x_rest or y_rest else (n, 1))


def unit_length(x, axis, epsilon=1e-12):
    """x / sqrt(max(sum(x * x), epsilon)) along the axes of `axis`. Source: tf.math.l2_normalize."""
    squares = reduce.sum(elementwise.square(x), axis=axis, keepdims=True)
    return elementwise.multiply(x, elementwise.rsqrt(elementwise.maximum(squares, epsilon)))

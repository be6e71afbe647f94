"""keras.ops: products of matrices and what comes of them."""

from __future__ import annotations

import importlib
import math

import numpy as np

from pyseq.core import as_tensor, dispatch
from pyseq.core.errors import invalid
from pyseq.ops import decompositions, elementwise, linalg, matrices, reduce
from pyseq.ops import shape as s
from pyseq.ops.face.arrays import diagonal
from pyseq.ops.face.promotion import floats, numbers

sums = importlib.import_module("pyseq.ops.einsum")  # as an attribute of pyseq.ops it can be called, too


def matmul(x1, x2):
    """The product of matrices in the last two axes."""
    return linalg.matmul(*numbers(x1, x2))


def dot(x1, x2):
    """NumPy's dot: the sum over x1's last and x2's last axis but one; a product for scalars."""
    x1, x2 = numbers(x1, x2)
    if not x1.shape or not x2.shape:
        return elementwise.multiply(x1, x2)
    return sums.tensordot(x1, x2, ([-1], [-1 if len(x2.shape) == 1 else -2]))


def vdot(x1, x2):
    """The sum of products of all elements."""
    x1, x2 = numbers(x1, x2)
    return reduce.sum(elementwise.multiply(s.reshape(x1, (-1,)), s.reshape(x2, (-1,))))


def inner(x1, x2):
    """The sum of products along the last axes."""
    x1, x2 = numbers(x1, x2)
    if not x1.shape or not x2.shape:
        return elementwise.multiply(x1, x2)
    return sums.tensordot(x1, x2, ([-1], [-1]))


def outer(x1, x2):
    """All products of an element of x1 and one of x2."""
    x1, x2 = numbers(x1, x2)
    return elementwise.multiply(s.reshape(x1, (-1, 1)), s.reshape(x2, (1, -1)))


def kron(x1, x2):
    """Kronecker's product of two matrices or vectors."""
    x1, x2 = numbers(x1, x2)
    rank = max(len(x1.shape), len(x2.shape))
    a, b = (s.reshape(x, (1,) * (rank - len(x.shape)) + x.shape) for x in (x1, x2))
    spread = [
        s.reshape(x, [k for d in x.shape for k in ((d, 1) if first else (1, d))]) for x, first in ((a, 1), (b, 0))
    ]
    return s.reshape(elementwise.multiply(*spread), [m * n for m, n in zip(a.shape, b.shape, strict=True)])


def tensordot(x1, x2, axes=2):
    """The sum of products over some axes of x1 and as many of x2."""
    return sums.tensordot(*numbers(x1, x2), axes)


def einsum(subscripts, *operands, **kwargs):
    """The sum of products that the letters say: "ij,jk->ik"."""
    if kwargs:
        raise TypeError(f"einsum: unknown keyword argument. Received: {sorted(kwargs)}.")
    return sums.einsum(subscripts, *numbers(*operands))


def trace(x, offset=0, axis1=0, axis2=1):
    """The sum of a diagonal."""
    return reduce.sum(*numbers(diagonal(x, offset, axis1, axis2)), -1)


def cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The cross product of vectors of three elements (of two: its third element)."""
    axisa, axisb, axisc = (axis, axis, axis) if axis is not None else (axisa, axisb, axisc)
    x1, x2 = numbers(x1, x2)
    a, b = (s.unstack(x, axis=k) for x, k in ((x1, axisa), (x2, axisb)))
    if len(a) not in (2, 3) or len(b) not in (2, 3):
        raise invalid(f"cross: vectors must have 2 or 3 elements. Received: {len(a)} and {len(b)}.")
    third = elementwise.subtract(elementwise.multiply(a[0], b[1]), elementwise.multiply(a[1], b[0]))
    if len(a) == len(b) == 2:
        return third
    a, b = ([*v, elementwise.zeros_like(v[0])][:3] for v in (a, b))
    pairs = ((1, 2), (2, 0))
    rest = [elementwise.subtract(elementwise.multiply(a[j], b[k]), elementwise.multiply(a[k], b[j])) for j, k in pairs]
    return s.stack([*rest, third], axisc)


def norm(x, ord=None, axis=None, keepdims=False):  # noqa: A002
    """A norm of vectors along `axis`, of matrices along two; by default of all elements, or the Frobenius norm.

    Args:
        ord: vectors: a number, inf or -inf; matrices: "fro", "nuc", 1, -1, 2, -2, inf, -inf.
    """
    (x,) = floats(x)
    if axis is None and ord is None:
        y = elementwise.sqrt(reduce.sum(elementwise.square(x)))
        return s.reshape(y, (1,) * len(x.shape)) if keepdims else y
    axes = tuple(range(len(x.shape))) if axis is None else (axis,) if hasattr(axis, "__index__") else tuple(axis)
    if len(axes) == 1:
        return _vector_norm(x, 2 if ord is None else ord, axes[0], keepdims)
    if len(axes) != 2:
        raise invalid(f"norm: `axis` must be one axis or two. Received: axis={axis}, x.shape={x.shape}.")
    return _matrix_norm(x, "fro" if ord is None else ord, axes, keepdims)


def _vector_norm(x, order, axis, keepdims):
    size = elementwise.absolute(x)
    if order in (math.inf, -math.inf):
        return (reduce.max if order > 0 else reduce.min)(size, axis, keepdims)
    if order == 0:
        return reduce.sum(elementwise.cast(elementwise.not_equal(x, 0.0), x.dtype), axis, keepdims)
    if order == 1:
        return reduce.sum(size, axis, keepdims)
    if order == 2:
        return elementwise.sqrt(reduce.sum(elementwise.square(x), axis, keepdims))
    if not isinstance(order, (int, float)):
        raise invalid(f"norm: `ord` must be a number for vectors. Received: ord={order!r}.")
    return elementwise.power(reduce.sum(elementwise.power(size, float(order)), axis, keepdims), 1.0 / order)


def _matrix_norm(x, order, axes, keepdims):
    rank = len(x.shape)
    a, b = (k % rank for k in axes)
    kept = [1 if k in (a, b) else d for k, d in enumerate(x.shape)]
    if order == "fro":
        return elementwise.sqrt(reduce.sum(elementwise.square(x), (a, b), keepdims))
    if order in (1, -1, math.inf, -math.inf):
        first, second = (a, b) if order in (1, -1) else (b, a)
        sums_ = reduce.sum(elementwise.absolute(x), first, True)
        y = (reduce.max if order > 0 else reduce.min)(sums_, second, True)
    elif order in (2, -2, "nuc"):
        values = decompositions.singular_values(s.transpose(x, (*[k for k in range(rank) if k not in (a, b)], a, b)))
        y = reduce.sum(values, -1) if order == "nuc" else (reduce.max if order > 0 else reduce.min)(values, -1)
    else:
        raise invalid(f"norm: unknown `ord` for matrices. Received: ord={order!r}.")
    return s.reshape(y, kept if keepdims else [d for k, d in enumerate(x.shape) if k not in (a, b)])


def cholesky(x, upper=False):
    """The triangular factor of a symmetric positive matrix: x = L L^T, or with `upper` U^T U."""
    y = matrices.cholesky(*floats(x))
    return s.swapaxes(y, -1, -2) if upper else y


def det(x):
    """The determinant."""
    return matrices.det(*floats(x))


def inv(x):
    """The inverse."""
    return matrices.inv(*floats(x))


def pinv(x, rcond=None):
    """The pseudo-inverse."""
    return decompositions.pinv(*floats(x), rcond)


def slogdet(x):
    """(sign, logarithm of the magnitude) of the determinant."""
    return matrices.slogdet(*floats(x))


def logdet(x):
    """The logarithm of the determinant of a symmetric positive matrix."""
    return matrices.slogdet(*floats(x))[1]


def solve(a, b):
    """x with a x = b."""
    a, b = floats(a, b)
    vector = len(b.shape) == len(a.shape) - 1
    y = matrices.solve(a, s.expand_dims(b, -1) if vector else b)
    return s.squeeze(y, -1) if vector else y


def solve_triangular(a, b, lower=False):
    """x with a x = b, a triangular."""
    a, b = floats(a, b)
    vector = len(b.shape) == len(a.shape) - 1
    y = matrices.triangular_solve(a, s.expand_dims(b, -1) if vector else b, lower)
    return s.squeeze(y, -1) if vector else y


def qr(x, mode="reduced"):
    """(Q, R) with x = Q R; mode "reduced" or "complete"."""
    if mode not in ("reduced", "complete"):
        raise invalid(f"qr: `mode` must be 'reduced' or 'complete'. Received: mode={mode!r}.")
    return decompositions.qr(*floats(x), mode == "complete")


def svd(x, full_matrices=True, compute_uv=True):
    """(U, singular values, V^T) with x = U diag(values) V^T; the values alone without `compute_uv`."""
    if not compute_uv:
        return decompositions.singular_values(*floats(x))
    values, u, v = decompositions.svd(*floats(x), full_matrices)
    return u, values, s.swapaxes(v, -1, -2)


def eigh(x):
    """(eigenvalues, eigenvectors) of a symmetric matrix, values ascending."""
    return decompositions.eigh(*floats(x))


def matrix_rank(x, tol=None):
    """How many singular values are above `tol`."""
    return decompositions.matrix_rank(*floats(x), tol)


def lstsq(a, b, rcond=None):
    """x for which |a x - b| is smallest."""
    if rcond is not None:
        raise NotImplementedError("lstsq: `rcond` is not supported. Use pinv(a, rcond) @ b.")
    a, b = floats(a, b)
    vector = len(b.shape) == len(a.shape) - 1
    y = decompositions.lstsq(a, s.expand_dims(b, -1) if vector else b)
    return s.squeeze(y, -1) if vector else y


def cdist(x, y):
    """Distances of the rows of x from those of y."""
    x, y = floats(x, y)
    apart = elementwise.subtract(s.expand_dims(x, -2), s.expand_dims(y, -3))
    return elementwise.sqrt(reduce.sum(elementwise.square(apart), -1))


def trapezoid(y, x=None, dx=1.0, axis=-1):
    """The area under a curve through points y, by trapezoids; `x`: their places, else `dx` apart."""
    (y,) = floats(y)
    n = y.shape[axis]
    first, second = (s.take(y, as_tensor(np.arange(k, n - 1 + k)), axis) for k in (0, 1))
    mean = elementwise.multiply(elementwise.add(first, second), 0.5)
    if x is None:
        return elementwise.multiply(reduce.sum(mean, axis), float(dx))
    (x,) = floats(x)
    widths = elementwise.subtract(x[1:], x[:-1])
    widths = s.reshape(widths, [-1 if k == axis % len(y.shape) else 1 for k in range(len(y.shape))])
    return reduce.sum(elementwise.multiply(mean, widths), axis)


dispatch.face(globals(), "keras.ops")

"""tf.linalg. Decompositions are LAPACK's, through NumPy."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from pyseq._faces import missing as _missing
from pyseq.core import as_dtype, dispatch
from pyseq.core.errors import invalid
from pyseq.ops import decompositions, diagonals, matrices, reduce
from pyseq.ops import einsum as sums
from pyseq.ops import elementwise as e
from pyseq.ops import linalg as ops
from pyseq.ops import shape as s
from pyseq.ops.axes import normalized_axis
from pyseq.tf._given import axes_of, extents_of, tensor_of
from pyseq.tf.clipping import global_norm

__all__ = [
    "adjoint", "band_part", "cholesky", "cholesky_solve", "cross", "det", "diag", "diag_part", "eigh", "eigvalsh", "einsum", "expm",
    "eye", "global_norm", "inv", "l2_normalize", "logdet", "lstsq", "matmul", "matrix_rank", "matrix_transpose", "matvec", "norm",
    "normalize", "pinv", "qr", "set_diag", "slogdet", "solve", "svd", "tensor_diag", "tensor_diag_part", "tensordot", "trace",
    "triangular_solve",
]  # fmt: skip

Qr = namedtuple("Qr", ("q", "r"))
LogMatrixDeterminant = namedtuple("LogMatrixDeterminant", ("sign", "log_abs_determinant"))


# ------------------------------------------------------------------------------------------------ products


def matmul(
    a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False, a_is_sparse=False, b_is_sparse=False,
    output_type=None, name=None,
):  # fmt: skip
    """Matrix product over the last two axes. (Real matrices are transposed by either name; zeros in them save nothing.)

    Args:
        output_type: element type of the result, that of the operands by default.
    """
    for turned, conjugated, letter in ((transpose_a, adjoint_a, "a"), (transpose_b, adjoint_b, "b")):
        if turned and conjugated:
            raise ValueError(
                f"tf.matmul: one of `transpose_{letter}` and `adjoint_{letter}` must be False. Received: both are True."
            )
    a, b = e.operands("matmul", a, b)
    if a.ndim < 2 or b.ndim < 2:
        raise invalid(
            f"tf.matmul: `a` and `b` must have at least two axes. Received: a.shape={a.shape}, b.shape={b.shape}. "
            "Use tf.linalg.matvec(a, b) or tf.tensordot(a, b, axes)."
        )
    if output_type is not None:
        a, b = e.cast(a, as_dtype(output_type)), e.cast(b, as_dtype(output_type))
    return ops.matmul(a, b, bool(transpose_a or adjoint_a), bool(transpose_b or adjoint_b))


def matvec(a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False, name=None):
    """Matrices (..., m, n) times vectors (..., n)."""
    a, b = e.operands("matvec", a, b)
    return s.squeeze(matmul(a, s.expand_dims(b, -1), transpose_a, adjoint_a=adjoint_a), -1)


def tensordot(a, b, axes, name=None):
    """The sum of products over some axes of a and as many of b: a number, or (axes of a, axes of b)."""
    return sums.tensordot(a, b, axes)


def einsum(equation, *inputs, **kwargs):
    """The sum of products that an equation of letters says: "ij,jk->ik". (`optimize` is taken; the order is chosen for few
    operations in any case.)"""
    unknown = set(kwargs) - {"optimize", "name"}
    if unknown:
        raise TypeError(f"tf.einsum: takes `optimize` and `name`. Received: {sorted(unknown)}.")
    return sums.einsum(equation, *inputs)


def cross(a, b, name=None):
    """The cross product of vectors (..., 3)."""
    a, b = e.operands("cross", a, b)
    if a.shape != b.shape or a.shape[-1:] != (3,):
        raise invalid(f"tf.linalg.cross: `a` and `b` must be of one shape (..., 3). Received: {a.shape} and {b.shape}.")
    (a1, a2, a3), (b1, b2, b3) = s.unstack(a, axis=-1), s.unstack(b, axis=-1)

    def minor(p, q, u, v):
        return e.subtract(e.multiply(p, q), e.multiply(u, v))

    return s.stack([minor(a2, b3, a3, b2), minor(a3, b1, a1, b3), minor(a1, b2, a2, b1)], -1)


# ------------------------------------------------------------------------------------------------ shapes of matrices


def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    """Ones on the main diagonal, zeros elsewhere; copies of that for `batch_shape`."""
    one = s.eye(num_rows, num_columns, dtype=dtype)
    return s.broadcast_to(one, (*extents_of(batch_shape), *one.shape)) if batch_shape is not None else one


def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """The last two axes exchanged."""
    return matrices.turned(tensor_of(a))


def adjoint(matrix, name=None):
    """The last two axes exchanged. (Real numbers are their own conjugates.)"""
    return matrices.turned(tensor_of(matrix))


def diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with these diagonals, `padding_value` elsewhere."""
    return diagonals.diag(tensor_of(diagonal), axes_of(k), num_rows, num_cols, padding_value, align)


def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):
    """The diagonal `k` of matrices, or those from `k[0]` to `k[1]`, the highest first."""
    return diagonals.diag_part(tensor_of(input), axes_of(k), padding_value, align)


def set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):
    """Matrices with their diagonals replaced."""
    return diagonals.set_diag(tensor_of(input), diagonal, axes_of(k), align)


def band_part(input, num_lower, num_upper, name=None):
    """Zeros outside of a band: so many diagonals below and above the main one; -1: all."""
    return diagonals.band_part(tensor_of(input), num_lower, num_upper)


def trace(x, name=None):
    """The sums of the main diagonals."""
    return diagonals.trace(tensor_of(x))


def tensor_diag(diagonal, name=None):
    """A tensor with twice the axes, the input on its diagonal."""
    return diagonals.tensor_diag(tensor_of(diagonal))


def tensor_diag_part(input, name=None):
    """The diagonal of a tensor that has each axis twice."""
    return diagonals.tensor_diag_part(tensor_of(input))


# ------------------------------------------------------------------------------------------------ norms


def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None):
    """Norms of vectors (one axis, or None: of all elements) or of matrices (two axes).

    Args:
        ord: "euclidean"; 1, 2, numpy.inf or another positive number for vectors; "euclidean", "fro", 1, 2 (the largest singular
            value) or numpy.inf for matrices.
    """
    x, axis, keepdims = _floats("norm", tensor), axes_of(axis), bool(keepdims)
    if isinstance(axis, tuple) and len(axis) == 2:
        return _matrix_norm(x, ord, axis, keepdims)
    if isinstance(axis, tuple) and len(axis) != 1:
        raise ValueError(f"tf.norm: `axis` must be None, an axis or a pair. Received: axis={axis}.")
    if ord in ("euclidean", 2):
        return e.sqrt(reduce.sum(e.square(x), axis, keepdims))
    if ord == "fro" or isinstance(ord, str) or not ord > 0:
        raise ValueError(f"tf.norm: `ord` must be 'euclidean' or a positive number for vectors. Received: ord={ord!r}.")
    size = e.absolute(x)
    if ord == np.inf:
        return reduce.max(size, axis, keepdims)
    if ord == 1:
        return reduce.sum(size, axis, keepdims)
    return e.power(reduce.sum(e.power(size, float(ord)), axis, keepdims), 1.0 / ord)


def _matrix_norm(x, ord, axis, keepdims):
    rows, columns = (normalized_axis("norm", k, x.ndim) for k in axis)
    if ord in ("euclidean", "fro"):
        return e.sqrt(reduce.sum(e.square(x), axis, keepdims))
    if ord in (1, np.inf):
        over, then = (rows, columns) if ord == 1 else (columns, rows)
        y = reduce.max(reduce.sum(e.absolute(x), over, True), then, True)
    elif ord == 2:
        order = (*(k for k in np.arange(x.ndim).tolist() if k not in (rows, columns)), rows, columns)
        values = decompositions.singular_values(s.transpose(x, order))
        y = s.reshape(reduce.max(values, -1), [1 if k in (rows, columns) else n for k, n in enumerate(x.shape)])
    else:
        raise ValueError(f"tf.norm: `ord` must be 'euclidean', 'fro', 1, 2 or inf for matrices. Received: ord={ord!r}.")
    return y if keepdims else s.squeeze(y, (rows, columns))


def _floats(who, x):
    x = tensor_of(x)
    if not x.dtype.is_floating:
        raise TypeError(
            f"tf.{who}: `tensor` must be floating point. Received: dtype={x.dtype.name}. Use tf.cast(x, 'float32')."
        )
    return x


def normalize(tensor, ord="euclidean", axis=None, name=None):
    """(the tensor divided by its norms, the norms)."""
    x = tensor_of(tensor)
    length = norm(x, ord, axis, True)
    return e.divide(x, length), length


def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    """x / sqrt(max(sum(x * x), epsilon)) along `axis`; `dim` is its older name."""
    if dim is not None:
        if axis is not None:
            raise ValueError(
                f"tf.linalg.l2_normalize: one of `axis` and `dim` must be None. Received: {axis} and {dim}."
            )
        axis = dim
    x = tensor_of(x)
    squares = reduce.sum(e.square(x), axis=axes_of(axis), keepdims=True)
    return e.multiply(x, e.rsqrt(e.maximum(squares, epsilon)))


# ------------------------------------------------------------------------------------------------ inverses, equations


def inv(input, adjoint=False, name=None):
    """The inverses of square matrices, or of their transposes."""
    return matrices.inv(tensor_of(input), adjoint)


def pinv(a, rcond=None, validate_args=False, name=None):
    """The pseudo-inverses; singular values under `rcond` times the largest count as 0."""
    return decompositions.pinv(tensor_of(a), rcond)


def solve(matrix, rhs, adjoint=False, name=None):
    """x with matrix x = rhs (adjoint: matrix^T x = rhs)."""
    return matrices.solve(matrix, rhs, adjoint)


def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """x with matrix x = rhs for a triangular matrix, whose other triangle is not read."""
    return matrices.triangular_solve(matrix, rhs, lower, adjoint)


def cholesky_solve(chol, rhs, name=None):
    """x with a x = rhs where a = chol chol^T."""
    return matrices.cholesky_solve(chol, rhs)


def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    """x for which |matrix x - rhs|^2 + l2_regularizer |x|^2 is least. fast=False: by singular values, for matrices near to
    singular; `l2_regularizer` is not used then, as in TensorFlow."""
    return decompositions.lstsq(matrix, rhs, l2_regularizer, fast)


def det(input, name=None):
    """The determinants."""
    return matrices.det(tensor_of(input))


def slogdet(input, name=None):
    """(sign, logarithm of the absolute value) of the determinants."""
    return LogMatrixDeterminant(*matrices.slogdet(tensor_of(input)))


def logdet(matrix, name=None):
    """The logarithms of the determinants of positive definite matrices."""
    return e.multiply(reduce.sum(e.log(diagonals.diag_part(matrices.cholesky(tensor_of(matrix)))), -1), 2.0)


def matrix_rank(a, tol=None, validate_args=False, name=None):
    """How many singular values are above `tol`."""
    return decompositions.matrix_rank(tensor_of(a), tol)


# ------------------------------------------------------------------------------------------------ decompositions


def cholesky(input, name=None):
    """Lower triangular l with l l^T = input, positive definite matrices."""
    return matrices.cholesky(tensor_of(input))


def qr(input, full_matrices=False, name=None):
    """(q, r): orthonormal columns, upper triangular."""
    return Qr(*decompositions.qr(tensor_of(input), full_matrices))


def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """(s, u, v) with u diag(s) v^T = tensor; s alone without `compute_uv`."""
    x = tensor_of(tensor)
    return decompositions.svd(x, full_matrices) if compute_uv else decompositions.singular_values(x)


def eigh(tensor, name=None):
    """(values, ascending, vectors in columns) of symmetric matrices."""
    return decompositions.eigh(tensor_of(tensor))


def eigvalsh(tensor, name=None):
    """The eigenvalues of symmetric matrices, ascending."""
    return decompositions.eigvalsh(tensor_of(tensor))


def expm(input, name=None):
    """e to the power of square matrices."""
    return matrices.expm(tensor_of(input))


dispatch.face(globals(), "linalg")
__getattr__ = _missing(__name__, lambda: __all__)

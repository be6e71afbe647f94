"""Matrices taken apart, and what is made of the parts, in the last two axes; the work is LAPACK's, through NumPy.

float32 and float64; float16 is computed in float32. Gradients are made of ops, so there are second ones.
"""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, int32, record
from pyseq.core.errors import invalid
from pyseq.ops import elementwise as e
from pyseq.ops import reduce
from pyseq.ops import shape as s
from pyseq.ops._lapack import by_numpy, floats, identity_like, in_float32, turned
from pyseq.ops.diagonals import band_part, diag, diag_part
from pyseq.ops.linalg import matmul
from pyseq.ops.matrices import cholesky, cholesky_solve, solve


def qr(x, full_matrices=False):
    """(q, r) with q r = x: q has orthonormal columns, r is upper triangular.

    Returns:
        q: (..., m, p), r: (..., p, n); p = min(m, n), or m for `full_matrices`, of which there are gradients only if m <= n.
    """
    return _qr(floats("qr", x), bool(full_matrices))


@in_float32
def _qr(x, full):
    *lead, m, n = x.shape
    p = m if full else min(m, n)
    q, r = by_numpy(
        "qr", lambda a: tuple(np.linalg.qr(a, "complete" if full else "reduced")), (x,), ((*lead, m, p), (*lead, p, n))
    )

    def vjp(dys, needs):
        if full and m > n:
            raise NotImplementedError(
                "qr: with `full_matrices` matrices of more rows than columns have no gradient here."
            )
        return _qr_gradient(
            x, q, r, *[d if d is not None else e.zeros_like(y) for d, y in zip(dys, (q, r), strict=True)]
        )

    return record((q, r), (x,), vjp)


def _qr_gradient(x, q, r, dq, dr):
    m, n = x.shape[-2:]
    if m >= n:
        return _tall_qr_gradient(q, r, dq, dr)
    # x = (first, rest): first = q r1, r2 = q^T rest
    key = (Ellipsis, slice(0, m))
    rest, dr2 = x[(Ellipsis, slice(m, None))], dr[(Ellipsis, slice(m, None))]
    first = _tall_qr_gradient(q, r[key], e.add(dq, matmul(rest, dr2, False, True)), dr[key])
    return s.concatenate([first, matmul(q, dr2)], -1)


def _tall_qr_gradient(q, r, dq, dr):
    # Walter and Lehmann, Algorithmic differentiation of linear algebra functions, 2010
    skew = e.subtract(matmul(r, dr, False, True), matmul(dq, q, True))
    lower = band_part(skew, -1, 0)
    mirrored = e.subtract(e.add(lower, turned(lower)), diag(diag_part(skew)))
    return turned(solve(r, turned(e.add(dq, matmul(q, mirrored)))))


def svd(x, full_matrices=False):
    """(s, u, v) with u diag(s) v^T = x: singular values, largest first, and orthonormal columns.

    Returns:
        s: (..., p), p = min(m, n). u: (..., m, p), v: (..., n, p); square for `full_matrices`, of which there are no gradients.
    Source: tf.linalg.svd.
    """
    return _svd(floats("svd", x), bool(full_matrices))


@in_float32
def _svd(x, full):
    *lead, m, n = x.shape
    p = min(m, n)

    def decomposed(a):
        u, values, vt = np.linalg.svd(a, full_matrices=full)
        return values, u, np.swapaxes(vt, -1, -2)

    shapes = ((*lead, p), (*lead, m, m if full else p), (*lead, n, n if full else p))
    values, u, v = by_numpy("svd", decomposed, (x,), shapes)

    def vjp(dys, needs):
        if full and m != n and (dys[1] is not None or dys[2] is not None):
            raise NotImplementedError("svd: with `full_matrices` there are gradients of square matrices only.")
        return _svd_gradient(values, u, v, *dys)

    return record((values, u, v), (x,), vjp)


def _svd_gradient(values, u, v, ds, du, dv):
    """Townsend, Differentiating the singular value decomposition, 2016; of values that are equal the gradient is 0."""
    p = values.shape[-1]
    if u.shape[-1] != p or v.shape[-1] != p:  # full_matrices, and the values alone have a gradient
        u, v = u[(Ellipsis, slice(0, p))], v[(Ellipsis, slice(0, p))]
    row = s.expand_dims(values, -2)
    inside = diag(ds) if ds is not None else None
    outside = []
    squares = e.square(values)
    gaps = _inverse_gaps(squares)
    inverse = e.divide_no_nan(1.0, row)
    if du is not None:
        skew = e.multiply(gaps, matmul(u, du, True))
        inside = _sum_of(inside, e.multiply(e.add(skew, turned(skew)), row))
        if u.shape[-2] > p:
            rest = e.multiply(e.subtract(du, matmul(u, matmul(u, du, True))), inverse)
            outside.append(matmul(rest, v, False, True))
    if dv is not None:
        skew = e.multiply(gaps, matmul(v, dv, True))
        inside = _sum_of(inside, e.multiply(s.expand_dims(values, -1), e.add(skew, turned(skew))))
        if v.shape[-2] > p:
            rest = e.multiply(e.subtract(dv, matmul(v, matmul(v, dv, True))), inverse)
            outside.append(matmul(u, rest, False, True))
    total = matmul(matmul(u, inside), v, False, True)
    for part in outside:
        total = e.add(total, part)
    return total


def _sum_of(a, b):
    return b if a is None else e.add(a, b)


def _inverse_gaps(values):
    """1 / (values[j] - values[i]) at (i, j), 0 for equal ones."""
    return e.divide_no_nan(1.0, e.subtract(s.expand_dims(values, -2), s.expand_dims(values, -1)))


def singular_values(x):
    """The singular values of matrices (..., m, n), largest first: (..., min(m, n))."""
    return _singular_values(floats("svd", x))


@in_float32
def _singular_values(x):
    *lead, m, n = x.shape
    values = by_numpy("svd", lambda a: np.linalg.svd(a, compute_uv=False), (x,), ((*lead, min(m, n)),))

    def vjp(ds, needs):
        _, u, v = _svd(x, False)
        return matmul(e.multiply(u, s.expand_dims(ds, -2)), v, False, True)

    return record(values, (x,), vjp)


def eigh(x):
    """(values, vectors) of symmetric matrices, of which the lower triangle is read: values ascending, vectors in columns.

    The gradient stands in the lower triangle, as TensorFlow's.
    """
    return _eigh(floats("eigh", x, square=True))


@in_float32
def _eigh(x):
    values, vectors = by_numpy("eigh", lambda a: tuple(np.linalg.eigh(a)), (x,), (x.shape[:-1], x.shape))

    def vjp(dys, needs):
        dvalues, dvectors = dys
        inside = diag(dvalues) if dvalues is not None else None
        if dvectors is not None:
            inside = _sum_of(inside, e.multiply(_inverse_gaps(values), matmul(vectors, dvectors, True)))
        return _in_lower_triangle(matmul(matmul(vectors, inside), vectors, False, True))

    return record((values, vectors), (x,), vjp)


def _in_lower_triangle(dx):
    """The gradient of a symmetric matrix as one of its lower triangle."""
    both = band_part(e.add(dx, turned(dx)), -1, 0)
    return e.subtract(both, diag(diag_part(dx)))


def eigvalsh(x):
    """The eigenvalues of symmetric matrices, ascending."""
    return eigh(x)[0]


def pinv(x, rcond=None):
    """The pseudo-inverse; singular values under `rcond` times the largest count as 0 (10 max(m, n) epsilon by default)."""
    x = floats("pinv", x)
    if rcond is None:
        rcond = 10.0 * max(x.shape[-2:]) * float(np.finfo(x.dtype.numpy).eps)
    values, u, v = svd(x)
    cutoff = e.multiply(as_tensor(rcond, dtype=x.dtype), reduce.max(values, -1))
    kept = e.greater(values, s.expand_dims(cutoff, -1))
    inverse = e.where(kept, e.reciprocal(e.where(kept, values, e.ones_like(values))), e.zeros_like(values))
    return matmul(e.multiply(v, s.expand_dims(inverse, -2)), u, False, True)


def matrix_rank(x, tol=None):
    """How many singular values are above `tol` (max(m, n) epsilon times the largest by default); int32."""
    x = floats("matrix_rank", x)
    values = singular_values(x)
    if tol is None:
        tol = e.multiply(reduce.max(values, -1, True), max(x.shape[-2:]) * float(np.finfo(x.dtype.numpy).eps))
    else:
        tol = s.expand_dims(as_tensor(tol, dtype=x.dtype), -1)
    return reduce.sum(e.cast(e.greater(values, tol), int32), -1)


def lstsq(a, b, l2_regularizer=0.0, fast=True):
    """x that makes |a x - b|^2 + l2_regularizer |x|^2 least (m >= n); of the x with a x = b the least (m < n).

    Args:
        a: (..., m, n). b: (..., m, k).
        fast: by the normal equations; else by singular values, which ill-conditioned and rank deficient matrices need;
            `l2_regularizer` is not used then, as in TensorFlow.
    Source: tf.linalg.lstsq.
    """
    a, b = e.operands("lstsq", a, b)
    a, b = floats("lstsq", a, "matrix"), floats("lstsq", b, "rhs")
    if a.shape[:-1] != b.shape[:-1]:
        raise invalid(f"lstsq: `rhs` must have the rows of `matrix`. Received: shapes {a.shape} and {b.shape}.")
    if not fast:
        return matmul(pinv(a), b)
    tall = a.shape[-2] >= a.shape[-1]
    gram = matmul(a, a, True) if tall else matmul(a, a, False, True)
    if l2_regularizer:
        gram = e.add(gram, e.multiply(identity_like(gram), float(l2_regularizer)))
    root = cholesky(gram)
    return cholesky_solve(root, matmul(a, b, True)) if tall else matmul(a, cholesky_solve(root, b), True)

"""Matrices taken apart and equations solved, in the last two axes; the work is LAPACK's, through NumPy.

float32 and float64; float16 is computed in float32. Gradients are made of ops, so there are second ones.
"""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, as_tensor, emit, float32, float64, int32, numpy_kernel, record
from pyseq.ops import elementwise as e
from pyseq.ops import reduce
from pyseq.ops import shape as s
from pyseq.ops.broadcasting import broadcast_shapes
from pyseq.ops.diagonals import band_part, diag, diag_part
from pyseq.ops.linalg import matmul


def _floats(who, x, name="x", square=False):
    x = as_tensor(x)
    if not x.dtype.is_floating:
        raise TypeError(
            f"{who}: `{name}` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    if len(x.shape) < 2 or square and x.shape[-1] != x.shape[-2]:
        kind = "square matrices (..., n, n)" if square else "matrices (..., m, n)"
        raise ValueError(f"{who}: `{name}` must be {kind}. Received: {name}.shape={x.shape}.")
    return x


def _by_numpy(who, function, inputs, shapes):
    """The tensors that a function of arrays gives; an error of LAPACK's names the op."""

    def fill(arrays, outputs, dims, attrs):
        try:
            made = function(*arrays)
        except np.linalg.LinAlgError as error:
            raise np.linalg.LinAlgError(f"{who}: {error}.") from None
        for y, a in zip(outputs, made if isinstance(made, tuple) else (made,), strict=True):
            y[...] = a

    return emit(numpy_kernel(who, fill), tuple(inputs), tuple((tuple(shape), inputs[0].dtype) for shape in shapes))


def _in_float32(function):
    """The op for float16 as well: in float32."""

    def of_any(*args, **kwargs):
        narrow = [
            x.dtype for x in args if isinstance(x, Tensor) and x.dtype.is_floating and x.dtype not in (float32, float64)
        ]
        if not narrow:
            return function(*args, **kwargs)
        made = function(
            *[e.cast(x, float32) if isinstance(x, Tensor) and x.dtype is narrow[0] else x for x in args], **kwargs
        )
        return tuple(e.cast(y, narrow[0]) for y in made) if isinstance(made, tuple) else e.cast(made, narrow[0])

    return of_any


def turned(x):
    """x with its last two axes exchanged."""
    return s.swapaxes(as_tensor(x), -1, -2)


def _identity_like(x):
    return s.eye(x.shape[-1], dtype=x.dtype)


# ------------------------------------------------------------------------------------------- inverses, equations


def inv(x, adjoint=False):
    """The inverse of square matrices, or of their transposes."""
    x = _floats("inv", x, square=True)
    return _inv(turned(x) if adjoint else x)


@_in_float32
def _inv(x):
    y = _by_numpy("inv", np.linalg.inv, (x,), (x.shape,))

    def vjp(dy, needs):
        return e.negative(matmul(matmul(y, dy, True), y, False, True))

    return record(y, (x,), vjp)


def solve(a, b, adjoint=False):
    """x with a x = b (adjoint: a^T x = b).

    Args:
        a: (..., n, n). b: (..., n, k), the same leading axes.
    Raises:
        numpy.linalg.LinAlgError: a is singular.
    """
    a, b = _equations("solve", a, b)
    return _solve(turned(a) if adjoint else a, b)


def _equations(who, a, b):
    a, b = e.operands(who, a, b)
    a, b = _floats(who, a, "matrix", True), _floats(who, b, "rhs")
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"{who}: `rhs` must have as many rows as `matrix`. Received: shapes {a.shape} and {b.shape}.")
    lead = broadcast_shapes(a.shape[:-2], b.shape[:-2], who=who)
    return s.broadcast_to(a, (*lead, *a.shape[-2:])), s.broadcast_to(b, (*lead, *b.shape[-2:]))


@_in_float32
def _solve(a, b):
    x = _by_numpy("solve", np.linalg.solve, (a, b), (b.shape,))

    def vjp(dx, needs):
        db = _solve(turned(a), dx)
        return e.negative(matmul(db, x, False, True)) if needs[0] else None, db

    return record(x, (a, b), vjp)


def triangular_solve(a, b, lower=True, adjoint=False):
    """x with a x = b for triangular a; the other triangle is not read. Shapes broadcast, as in TensorFlow."""
    a, b = _equations("triangular_solve", a, b)
    triangle = band_part(a, -1, 0) if lower else band_part(a, 0, -1)
    return _solve(turned(triangle) if adjoint else triangle, b)


def det(x):
    """The determinants of square matrices."""
    return _det(_floats("det", x, square=True))


@_in_float32
def _det(x):
    y = _by_numpy("det", np.linalg.det, (x,), (x.shape[:-2],))

    def vjp(dy, needs):
        return e.multiply(s.reshape(e.multiply(dy, y), (*y.shape, 1, 1)), turned(_inv(x)))

    return record(y, (x,), vjp)


def slogdet(x):
    """(signs, logarithms of the absolute values) of the determinants. vjp: to the logarithms alone."""
    return _slogdet(_floats("slogdet", x, square=True))


@_in_float32
def _slogdet(x):
    made = _by_numpy("slogdet", lambda a: tuple(np.linalg.slogdet(a)), (x,), (x.shape[:-2], x.shape[:-2]))

    def vjp(dys, needs):
        return None if dys[1] is None else e.multiply(s.reshape(dys[1], (*dys[1].shape, 1, 1)), turned(_inv(x)))

    return record(made, (x,), vjp)


def cholesky(x):
    """Lower triangular l with l l^T = x for positive definite x, of which the lower triangle is read."""
    return _cholesky(_floats("cholesky", x, square=True))


@_in_float32
def _cholesky(x):
    y = _by_numpy("cholesky", np.linalg.cholesky, (x,), (x.shape,))

    def vjp(dy, needs):  # Murray, Differentiation of the Cholesky decomposition, 2016
        p = band_part(matmul(y, dy, True), -1, 0)
        p = e.subtract(p, e.multiply(diag(diag_part(p)), 0.5))
        back = _solve(turned(y), turned(_solve(turned(y), turned(p))))
        return e.multiply(e.add(back, turned(back)), 0.5)

    return record(y, (x,), vjp)


def cholesky_solve(chol, rhs):
    """x with a x = rhs where a = chol chol^T."""
    return triangular_solve(chol, triangular_solve(chol, rhs), adjoint=True)


def lstsq(a, b, l2_regularizer=0.0, fast=True):
    """x that makes |a x - b|^2 + l2_regularizer |x|^2 least (m >= n); of the x with a x = b the least (m < n).

    Args:
        a: (..., m, n). b: (..., m, k).
        fast: by the normal equations; else by singular values, which ill-conditioned and rank deficient matrices need;
            `l2_regularizer` is not used then, as in TensorFlow.
    Source: tf.linalg.lstsq.
    """
    a, b = e.operands("lstsq", a, b)
    a, b = _floats("lstsq", a, "matrix"), _floats("lstsq", b, "rhs")
    if a.shape[:-1] != b.shape[:-1]:
        raise ValueError(f"lstsq: `rhs` must have the rows of `matrix`. Received: shapes {a.shape} and {b.shape}.")
    if not fast:
        return matmul(pinv(a), b)
    tall = a.shape[-2] >= a.shape[-1]
    gram = matmul(a, a, True) if tall else matmul(a, a, False, True)
    if l2_regularizer:
        gram = e.add(gram, e.multiply(_identity_like(gram), float(l2_regularizer)))
    root = cholesky(gram)
    return cholesky_solve(root, matmul(a, b, True)) if tall else matmul(a, cholesky_solve(root, b), True)


def pinv(x, rcond=None):
    """The pseudo-inverse; singular values under `rcond` times the largest count as 0 (10 max(m, n) epsilon by default)."""
    x = _floats("pinv", x)
    if rcond is None:
        rcond = 10.0 * max(x.shape[-2:]) * float(np.finfo(x.dtype.numpy).eps)
    values, u, v = svd(x)
    cutoff = e.multiply(as_tensor(rcond, dtype=x.dtype), reduce.max(values, -1))
    kept = e.greater(values, s.expand_dims(cutoff, -1))
    inverse = e.where(kept, e.reciprocal(e.where(kept, values, e.ones_like(values))), e.zeros_like(values))
    return matmul(e.multiply(v, s.expand_dims(inverse, -2)), u, False, True)


def matrix_rank(x, tol=None):
    """How many singular values are above `tol` (max(m, n) epsilon times the largest by default); int32."""
    x = _floats("matrix_rank", x)
    values = singular_values(x)
    if tol is None:
        tol = e.multiply(reduce.max(values, -1, True), max(x.shape[-2:]) * float(np.finfo(x.dtype.numpy).eps))
    else:
        tol = s.expand_dims(as_tensor(tol, dtype=x.dtype), -1)
    return reduce.sum(e.cast(e.greater(values, tol), int32), -1)


# ------------------------------------------------------------------------------------------- decompositions


def qr(x, full_matrices=False):
    """(q, r) with q r = x: q has orthonormal columns, r is upper triangular.

    Returns:
        q: (..., m, p), r: (..., p, n); p = min(m, n), or m for `full_matrices`, of which there are gradients only if m <= n.
    """
    return _qr(_floats("qr", x), bool(full_matrices))


@_in_float32
def _qr(x, full):
    *lead, m, n = x.shape
    p = m if full else min(m, n)
    q, r = _by_numpy(
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
    return turned(_solve(r, turned(e.add(dq, matmul(q, mirrored)))))


def svd(x, full_matrices=False):
    """(s, u, v) with u diag(s) v^T = x: singular values, largest first, and orthonormal columns.

    Returns:
        s: (..., p), p = min(m, n). u: (..., m, p), v: (..., n, p); square for `full_matrices`, of which there are no gradients.
    Source: tf.linalg.svd.
    """
    return _svd(_floats("svd", x), bool(full_matrices))


@_in_float32
def _svd(x, full):
    *lead, m, n = x.shape
    p = min(m, n)

    def decomposed(a):
        u, values, vt = np.linalg.svd(a, full_matrices=full)
        return values, u, np.swapaxes(vt, -1, -2)

    shapes = ((*lead, p), (*lead, m, m if full else p), (*lead, n, n if full else p))
    values, u, v = _by_numpy("svd", decomposed, (x,), shapes)

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
    return _singular_values(_floats("svd", x))


@_in_float32
def _singular_values(x):
    *lead, m, n = x.shape
    values = _by_numpy("svd", lambda a: np.linalg.svd(a, compute_uv=False), (x,), ((*lead, min(m, n)),))

    def vjp(ds, needs):
        _, u, v = _svd(x, False)
        return matmul(e.multiply(u, s.expand_dims(ds, -2)), v, False, True)

    return record(values, (x,), vjp)


def eigh(x):
    """(values, vectors) of symmetric matrices, of which the lower triangle is read: values ascending, vectors in columns.

    The gradient stands in the lower triangle, as TensorFlow's.
    """
    return _eigh(_floats("eigh", x, square=True))


@_in_float32
def _eigh(x):
    values, vectors = _by_numpy("eigh", lambda a: tuple(np.linalg.eigh(a)), (x,), (x.shape[:-1], x.shape))

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


# ------------------------------------------------------------------------------------------- functions of matrices

# Higham, The scaling and squaring method for the matrix exponential revisited, 2005: order 13, up to this 1-norm.
_PADE = (64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
         670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1)  # fmt: skip
_LARGEST = 5.371920351148152


def expm(x):
    """e to the power of square matrices, by scaling, a rational approximation and squaring."""
    x = _floats("expm", x, square=True)
    if x.dtype is not float32 and x.dtype is not float64:
        return e.cast(expm(e.cast(x, float32)), x.dtype)
    squarings = _squarings(x)
    a = e.multiply(x, s.reshape(e.power(as_tensor(0.5, dtype=x.dtype), squarings), (*squarings.shape, 1, 1)))
    one = s.broadcast_to(_identity_like(x), x.shape)
    a2 = matmul(a, a)
    a4 = matmul(a2, a2)
    a6 = matmul(a4, a2)

    def mixed(c6, c4, c2, c0):
        terms = [e.multiply(m, float(c)) for m, c in ((a6, c6), (a4, c4), (a2, c2), (one, c0)) if c]
        return (
            e.add(e.add(terms[0], terms[1]), terms[2])
            if len(terms) == 3
            else e.add(e.add(terms[0], terms[1]), e.add(terms[2], terms[3]))
        )

    b = _PADE
    odd = matmul(a, e.add(matmul(a6, mixed(b[13], b[11], b[9], 0)), mixed(b[7], b[5], b[3], b[1])))
    even = e.add(matmul(a6, mixed(b[12], b[10], b[8], 0)), mixed(b[6], b[4], b[2], b[0]))
    y = _solve(e.subtract(even, odd), e.add(even, odd))
    for k in range(_SQUARINGS):
        more = s.reshape(e.greater(squarings, float(k)), (*squarings.shape, 1, 1))
        y = e.where(more, matmul(y, y), y)
    return y


_SQUARINGS = 12  # for 1-norms up to 5.4 * 2^12: beyond, e^norm is no number in float64


def _squarings(x):
    """How often each matrix is to be halved; the dtype of x, no gradient."""

    def fill(arrays, outputs, dims, attrs):
        norm = np.abs(arrays[0]).sum(-2).max(-1, initial=0)
        with np.errstate(divide="ignore"):
            outputs[0][...] = np.clip(np.ceil(np.log2(norm / _LARGEST)), 0, _SQUARINGS)

    return emit(numpy_kernel("squarings", fill), (x,), ((x.shape[:-2], x.dtype),))

"""Inverses, determinants, equations and exponentials of matrices, in the last two axes; the work is LAPACK's, through NumPy.

float32 and float64; float16 is computed in float32. Gradients are made of ops, so there are second ones.
"""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, emit, float32, float64, numpy_kernel, record
from pyseq.core.errors import invalid
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s
from pyseq.ops._lapack import by_numpy, floats, identity_like, in_float32, turned
from pyseq.ops.broadcasting import broadcast_shapes
from pyseq.ops.diagonals import band_part, diag, diag_part
from pyseq.ops.linalg import matmul


def inv(x, adjoint=False):
    """The inverse of square matrices, or of their transposes."""
    x = floats("inv", x, square=True)
    return _inv(turned(x) if adjoint else x)


@in_float32
def _inv(x):
    y = by_numpy("inv", np.linalg.inv, (x,), (x.shape,))

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
    a, b = floats(who, a, "matrix", True), floats(who, b, "rhs")
    if a.shape[-1] != b.shape[-2]:
        raise invalid(f"{who}: `rhs` must have as many rows as `matrix`. Received: shapes {a.shape} and {b.shape}.")
    lead = broadcast_shapes(a.shape[:-2], b.shape[:-2], who=who)
    return s.broadcast_to(a, (*lead, *a.shape[-2:])), s.broadcast_to(b, (*lead, *b.shape[-2:]))


@in_float32
def _solve(a, b):
    x = by_numpy("solve", np.linalg.solve, (a, b), (b.shape,))

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
    return _det(floats("det", x, square=True))


@in_float32
def _det(x):
    y = by_numpy("det", np.linalg.det, (x,), (x.shape[:-2],))

    def vjp(dy, needs):
        return e.multiply(s.reshape(e.multiply(dy, y), (*y.shape, 1, 1)), turned(_inv(x)))

    return record(y, (x,), vjp)


def slogdet(x):
    """(signs, logarithms of the absolute values) of the determinants. vjp: to the logarithms alone."""
    return _slogdet(floats("slogdet", x, square=True))


@in_float32
def _slogdet(x):
    made = by_numpy("slogdet", lambda a: tuple(np.linalg.slogdet(a)), (x,), (x.shape[:-2], x.shape[:-2]))

    def vjp(dys, needs):
        return None if dys[1] is None else e.multiply(s.reshape(dys[1], (*dys[1].shape, 1, 1)), turned(_inv(x)))

    return record(made, (x,), vjp)


def cholesky(x):
    """Lower triangular l with l l^T = x for positive definite x, of which the lower triangle is read."""
    return _cholesky(floats("cholesky", x, square=True))


@in_float32
def _cholesky(x):
    y = by_numpy("cholesky", np.linalg.cholesky, (x,), (x.shape,))

    def vjp(dy, needs):  # Murray, Differentiation of the Cholesky decomposition, 2016
        p = band_part(matmul(y, dy, True), -1, 0)
        p = e.subtract(p, e.multiply(diag(diag_part(p)), 0.5))
        back = _solve(turned(y), turned(_solve(turned(y), turned(p))))
        return e.multiply(e.add(back, turned(back)), 0.5)

    return record(y, (x,), vjp)


def cholesky_solve(chol, rhs):
    """x with a x = rhs where a = chol chol^T."""
    return triangular_solve(chol, triangular_solve(chol, rhs), adjoint=True)


# ------------------------------------------------------------------------------------------- functions of matrices

# Higham, The scaling and squaring method for the matrix exponential revisited, 2005: order 13, up to this 1-norm.
_PADE = (64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
         670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1)  # fmt: skip
_LARGEST = 5.371920351148152


def expm(x):
    """e to the power of square matrices, by scaling, a rational approximation and squaring."""
    x = floats("expm", x, square=True)
    if x.dtype is not float32 and x.dtype is not float64:
        return e.cast(expm(e.cast(x, float32)), x.dtype)
    squarings = _squarings(x)
    a = e.multiply(x, s.reshape(e.power(as_tensor(0.5, dtype=x.dtype), squarings), (*squarings.shape, 1, 1)))
    one = s.broadcast_to(identity_like(x), x.shape)
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

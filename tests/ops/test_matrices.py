"""Decompositions and equations against NumPy; gradients where the results are unique (signs of vectors are not)."""

import numpy as np
import pytest

from pyseq.core import as_tensor
from pyseq.ops import decompositions, matrices
from pyseq.ops import elementwise as e
from pyseq.ops.linalg import matmul
from tests.ops.proofs import check_op

RNG = np.random.default_rng(0)


def square(*shape):
    """Well-conditioned matrices."""
    return RNG.standard_normal(shape) + 3 * np.eye(shape[-1])


def positive(*shape):
    x = RNG.standard_normal(shape)
    return x @ np.swapaxes(x, -1, -2) + np.eye(shape[-1])


def t(a):
    return np.swapaxes(a, -1, -2)


def symmetric(f):
    """f of the symmetric part: what is read is one triangle, while central differences move all elements."""
    return lambda x: f(e.multiply(e.add(x, matrices.turned(x)), 0.5))


@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 4), (1, 1), (0, 3, 3)])
def test_inverses(shape):
    x = square(*shape)
    check_op(matrices.inv, x, want=np.linalg.inv(x))
    check_op(lambda x: matrices.inv(x, adjoint=True), x, want=np.linalg.inv(t(x)))
    check_op(matrices.det, x, want=np.linalg.det(x), rtol=1e-10)
    check_op(lambda x: matrices.slogdet(x)[1], x, want=np.linalg.slogdet(x)[1])
    check_op(lambda x: matrices.slogdet(x)[0], x, want=np.linalg.slogdet(x)[0])


@pytest.mark.parametrize("a, b", [((3, 3), (3, 2)), ((2, 4, 4), (2, 4, 1)), ((3, 3), (2, 3, 2))])
def test_equations(a, b):
    a, b = square(*a), RNG.standard_normal(b)
    check_op(matrices.solve, a, b, want=np.linalg.solve(a, b))
    check_op(lambda a, b: matrices.solve(a, b, adjoint=True), a, b, want=np.linalg.solve(t(a), b))
    for lower in (True, False):
        triangle = np.tril(a) if lower else np.triu(a)
        check_op(lambda a, b, low=lower: matrices.triangular_solve(a, b, low), a, b, want=np.linalg.solve(triangle, b))
        check_op(
            lambda a, b, low=lower: matrices.triangular_solve(a, b, low, True),
            a,
            b,
            want=np.linalg.solve(t(triangle), b),
        )
    root = np.linalg.cholesky(a @ t(a))
    check_op(matrices.cholesky_solve, root, b, want=np.linalg.solve(a @ t(a), b), rtol=1e-9)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 4)])
def test_cholesky(shape):
    x = positive(*shape)
    check_op(symmetric(matrices.cholesky), x, want=np.linalg.cholesky(x))


@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (2, 3, 5)])
@pytest.mark.parametrize("regularizer", [0.0, 0.5])
def test_lstsq(shape, regularizer):
    a = RNG.standard_normal(shape) + np.eye(*shape[-2:])
    b = RNG.standard_normal((*shape[:-1], 2))
    n = min(shape[-2:])
    gram = (t(a) @ a if shape[-2] >= shape[-1] else a @ t(a)) + regularizer * np.eye(n)
    want = np.linalg.solve(gram, t(a) @ b) if shape[-2] >= shape[-1] else t(a) @ np.linalg.solve(gram, b)
    check_op(
        lambda a, b: decompositions.lstsq(a, b, regularizer), a, b, want=want, rtol=1e-8, atol=1e-8, gradient_rtol=1e-5
    )
    if not regularizer:
        check_op(
            lambda a, b: decompositions.lstsq(a, b, fast=False),
            a,
            b,
            want=want,
            rtol=1e-8,
            atol=1e-8,
            gradient_rtol=1e-5,
        )


@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5), (2, 4, 3)])
def test_decompositions(shape):
    x = RNG.standard_normal(shape)
    q, r = decompositions.qr(x)
    np.testing.assert_allclose(matmul(q, r).numpy(), x, atol=1e-12)
    check_op(lambda x: decompositions.qr(x)[0], x, want=np.linalg.qr(x)[0], gradient_rtol=1e-5)
    check_op(lambda x: decompositions.qr(x)[1], x, want=np.linalg.qr(x)[1], gradient_rtol=1e-5)
    values, u, v = decompositions.svd(x)
    np.testing.assert_allclose((u.numpy() * values.numpy()[..., None, :]) @ t(v.numpy()), x, atol=1e-12)
    check_op(lambda x: decompositions.svd(x)[0], x, want=np.linalg.svd(x)[1])
    check_op(decompositions.singular_values, x, want=np.linalg.svd(x)[1])
    check_op(lambda x: e.square(decompositions.svd(x)[1]), x, gradient_rtol=1e-5)
    check_op(lambda x: e.square(decompositions.svd(x)[2]), x, gradient_rtol=1e-5)
    check_op(decompositions.pinv, x, want=np.linalg.pinv(x), gradient_rtol=1e-5)
    check_op(decompositions.matrix_rank, x, want=np.linalg.matrix_rank(x), vjp=False)
    check_op(lambda x: decompositions.matrix_rank(x, 1.0), x, want=np.linalg.matrix_rank(x, 1.0), vjp=False)
    full = decompositions.svd(x, full_matrices=True)
    assert full[1].shape == (*shape[:-1], shape[-2]) and full[2].shape == (*shape[:-2], shape[-1], shape[-1])
    assert decompositions.qr(x, full_matrices=True)[0].shape == (*shape[:-1], shape[-2])


@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 4)])
def test_eigh(shape):
    x = RNG.standard_normal(shape)
    x = x + t(x)
    check_op(symmetric(lambda x: decompositions.eigh(x)[0]), x, want=np.linalg.eigvalsh(x))
    check_op(symmetric(decompositions.eigvalsh), x, want=np.linalg.eigvalsh(x))
    check_op(
        symmetric(lambda x: e.square(decompositions.eigh(x)[1])), x, want=np.linalg.eigh(x)[1] ** 2, gradient_rtol=1e-5
    )


@pytest.mark.parametrize("size", [0.01, 1.0, 7.0, 60.0])
def test_expm(size):
    x = RNG.standard_normal((2, 4, 4))
    x = size * (x + t(x)) / 8
    values, vectors = np.linalg.eigh(x)
    want = (vectors * np.exp(values)[..., None, :]) @ t(vectors)
    check_op(matrices.expm, x, want=want, rtol=1e-9, atol=1e-9 * np.abs(want).max(), vjp=size < 10, gradient_rtol=1e-5)


def test_float32_and_float16():
    x = square(3, 3)
    for dtype, rtol in (("float32", 1e-5), ("float16", 1e-2)):
        y = matrices.inv(x.astype(dtype))
        assert y.dtype == dtype
        np.testing.assert_allclose(y.numpy(), np.linalg.inv(x), rtol=rtol, atol=rtol)
        assert decompositions.svd(x.astype(dtype))[0].dtype == matrices.expm(x.astype(dtype)).dtype == dtype


@pytest.mark.parametrize("call, error, message", [
    (lambda: matrices.inv(np.ones((2, 3))), ValueError, r"inv: `x` must be square matrices \(..., n, n\). Received: x.shape=\(2, 3\)"),
    (lambda: matrices.inv(np.ones((2, 2))), np.linalg.LinAlgError, "inv: Singular matrix"),
    (lambda: matrices.inv(as_tensor([[1]])), TypeError, "inv: `x` must be floating point. Received: dtype=int32"),
    (lambda: decompositions.qr(np.ones(3)), ValueError, r"qr: `x` must be matrices \(..., m, n\)"),
    (lambda: matrices.solve(np.eye(3), np.ones((2, 2))), ValueError, "solve: `rhs` must have as many rows as `matrix`"),
    (lambda: matrices.cholesky(-np.eye(2)), np.linalg.LinAlgError, "cholesky: Matrix is not positive definite"),
    (lambda: decompositions.lstsq(np.ones((3, 2)), np.ones((2, 2))), ValueError, "lstsq: `rhs` must have the rows of `matrix`"),
])  # fmt: skip
def test_errors(call, error, message):
    with pytest.raises(error, match=f"^{message}"):
        call()

"""Matrix products, with what follows them in their last write: csrc/gemm.h."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pyseq.core import as_tensor, emit, float32, float64, kernels, numpy_kernel, record
from pyseq.ops import activation as activations
from pyseq.ops import elementwise as e
from pyseq.ops import reduce, shape
from pyseq.ops.broadcasting import broadcast_shapes

MATMUL = kernels("matmul")
ROWS, COLUMNS = 12, 64  # of a part, as in csrc/dense.pyx
BY_ROWS, BY_COLUMNS, BY_PRODUCTS = 0, 1, 2


@lru_cache(maxsize=4096)
def _plan(m, n, k, a_turned, b_turned, batch, a_batch, b_batch, code):
    """(dims, parts, work) of a batch of products; a long side is cut, or the batch."""
    if batch > 1:
        axis, parts = BY_PRODUCTS, batch
    elif m * COLUMNS >= n * ROWS * 2 or n <= COLUMNS:
        axis, parts = BY_ROWS, -(-m // ROWS)
    else:
        axis, parts = BY_COLUMNS, -(-n // COLUMNS)
    a_strides = (1, m) if a_turned else (k, 1)
    b_strides = (1, k) if b_turned else (n, 1)
    return (m, n, k, *a_strides, *b_strides, 0, code, axis, batch, a_batch, b_batch), parts, batch * m * n * k


def _product(a, b, a_turned, b_turned, bias=None, code=0, attrs=(), to=None):
    """activation(a b + bias) of 2-D tensors, each stored either way round."""
    m, k = a.shape[::-1] if a_turned else a.shape
    n = b.shape[0] if b_turned else b.shape[1]
    dims, parts, work = _plan(m, n, k, a_turned, b_turned, 1, 0, 0, code)
    return emit(MATMUL, (a, b, bias), ((to or (m, n), a.dtype),), dims, attrs, parts, work)


def _check(who, a, b, k_a, k_b):
    if k_a != k_b:
        raise ValueError(
            f"{who}: inner sizes must be equal. Received: shapes {a.shape} and {b.shape}, sizes {k_a} and {k_b}."
        )


def matmul(a, b, transpose_a=False, transpose_b=False):
    """The product of matrices in the last two axes; axes before them broadcast. A 1-D operand is a row or a column.

    Args:
        a: (..., m, k). b: (..., k, n). transpose_a, transpose_b: are the last two axes the other way round?
    Raises:
        ValueError: the inner sizes differ. TypeError: the dtypes differ.
    """
    a, b = e.operands("matmul", a, b)
    if not a.shape or not b.shape:
        raise ValueError(f"matmul: operands must have an axis. Received: shapes {a.shape} and {b.shape}.")
    if len(a.shape) == 1 or len(b.shape) == 1:
        return _with_vectors(a, b, transpose_a, transpose_b)
    k_a = a.shape[-2] if transpose_a else a.shape[-1]
    k_b = b.shape[-1] if transpose_b else b.shape[-2]
    _check("matmul", a, b, k_a, k_b)
    if a.dtype is not float32 and a.dtype is not float64:
        return _by_numpy(a, b, transpose_a, transpose_b)
    y = (
        _product(a, b, transpose_a, transpose_b)
        if len(a.shape) == len(b.shape) == 2
        else _batch(a, b, transpose_a, transpose_b)
    )

    def vjp(dy, needs):
        da = db = None
        if needs[0]:
            da = matmul(b, dy, transpose_b, True) if transpose_a else matmul(dy, b, False, not transpose_b)
            da = e.unbroadcast(da, a.shape)
        if needs[1]:
            db = matmul(dy, a, True, transpose_a) if transpose_b else matmul(a, dy, not transpose_a, False)
            db = e.unbroadcast(db, b.shape)
        return da, db

    return record(y, (a, b), vjp)


def _with_vectors(a, b, transpose_a, transpose_b):
    """As NumPy: a vector is a row on the left, a column on the right, and its axis of 1 is not in the result."""
    left, right = len(a.shape) == 1, len(b.shape) == 1
    y = matmul(
        shape.expand_dims(a, 0) if left else a, shape.expand_dims(b, 1) if right else b,
        transpose_a and not left, transpose_b and not right,
    )  # fmt: skip
    y = shape.squeeze(y, -2) if left else y
    return shape.squeeze(y, -1) if right else y


def _batch(a, b, transpose_a, transpose_b):
    """A product for each index of the leading axes; an operand without them is used for all."""
    m = a.shape[-1] if transpose_a else a.shape[-2]
    n = b.shape[-2] if transpose_b else b.shape[-1]
    k = a.shape[-2] if transpose_a else a.shape[-1]
    lead = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, a_batch = _repeated(a, lead, m * k)
    b, b_batch = _repeated(b, lead, k * n)
    dims, parts, work = _plan(m, n, k, bool(transpose_a), bool(transpose_b), math.prod(lead), a_batch, b_batch, 0)
    return emit(MATMUL, (a, b, None), (((*lead, m, n), a.dtype),), dims, (), parts, work)


def _repeated(x, lead, size):
    """(x, elements from one matrix to the next) for leading axes `lead`."""
    if math.prod(x.shape[:-2]) == 1:
        return x, 0
    if x.shape[:-2] != lead:
        x = shape.broadcast_to(x, (*lead, *x.shape[-2:]))
    return x, size


def _by_numpy(a, b, transpose_a, transpose_b):
    """Integers (and float16, summed in float32 as NumPy does)."""
    if a.dtype.is_floating:
        wide = matmul(e.cast(a, float32), e.cast(b, float32), transpose_a, transpose_b)
        return e.cast(wide, a.dtype)

    def fill(inputs, outputs, dims, attrs):
        x, y = (np.swapaxes(v, -1, -2) if t else v for v, t in zip(inputs, (transpose_a, transpose_b), strict=True))
        outputs[0][...] = np.matmul(x, y)

    m = a.shape[-1] if transpose_a else a.shape[-2]
    n = b.shape[-2] if transpose_b else b.shape[-1]
    to = (*broadcast_shapes(a.shape[:-2], b.shape[:-2]), m, n)
    return emit(numpy_kernel("matmul", fill), (a, b), ((to, a.dtype),))


def dense(x, kernel, bias=None, activation="linear"):
    """activation(x kernel + bias), bias and activation in the product's last write.

    Args:
        x: (..., k), float32 or float64. kernel: (k, n). bias: (n,) or None.
        activation: a name of ops.activation.FUSED.
    Returns:
        (..., n).  vjp: dy -> dx, dkernel, dbias.
    Raises:
        ValueError: shapes that do not fit. TypeError: dtypes differ.
    """
    x, kernel = e.operands("dense", x, kernel)
    bias = None if bias is None else as_tensor(bias)
    if len(kernel.shape) != 2 or not x.shape or x.shape[-1] != kernel.shape[0]:
        raise ValueError(
            f"dense: `kernel` must be ({x.shape[-1] if x.shape else 'k'}, units) to match x of shape {x.shape}. "
            f"Received: kernel.shape={kernel.shape}."
        )
    if bias is not None and (bias.shape != kernel.shape[1:] or bias.dtype is not x.dtype):
        raise ValueError(f"dense: `bias` must be {x.dtype.name} ({kernel.shape[1]},). Received: bias={bias!r}.")
    code, attrs = activations.FUSED[activation]
    if x.dtype is not float32 and x.dtype is not float64:
        return _wide_dense(x, kernel, bias, activation)
    rows = (
        x
        if len(x.shape) == 2
        else x.reshaped((x.size // x.shape[-1] if x.shape[-1] else math.prod(x.shape[:-1]), x.shape[-1]))
    )
    to = (*x.shape[:-1], kernel.shape[1])
    y = _product(rows, kernel, False, False, bias, code, attrs, to)

    def vjp(dy, needs):
        if code:
            dy = activations.activation_backward(dy, y, code, attrs)
        dy = dy if len(dy.shape) == 2 else shape.reshape(dy, (rows.shape[0], kernel.shape[1]))
        dx = matmul(dy, kernel, False, True) if needs[0] else None
        flat = x if len(x.shape) == 2 else shape.reshape(x, rows.shape)
        return (
            dx if dx is None or len(x.shape) == 2 else shape.reshape(dx, x.shape),
            matmul(flat, dy, True, False) if needs[1] else None,
            reduce.sum(dy, 0) if needs[2] else None,
        )

    return record(y, (x, kernel, bias), vjp)


def _wide_dense(x, kernel, bias, activation):
    wide = [None if t is None else e.cast(t, float32) for t in (x, kernel, bias)]
    return e.cast(dense(*wide, activation), x.dtype)

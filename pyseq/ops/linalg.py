"""Matrix products, with what follows them in their last write: csrc/gemm.h."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pyseq.core import Tensor, Variable, as_tensor, emit, float32, float64, kernels, numpy_kernel, record, recording
from pyseq.core.errors import invalid, invalid_type
from pyseq.ops import activation as activations
from pyseq.ops import elementwise as e
from pyseq.ops import reduce, shape
from pyseq.ops.broadcasting import broadcast_shapes

MATMUL = kernels("matmul")
ROWS, COLUMNS = 4, 16  # of a part, as in csrc/dense.pyx
BY_ROWS, BY_COLUMNS = 0, 1


@lru_cache(maxsize=4096)
def _plan(m, n, k, a_turned=False, b_turned=False, code=0, batch=1, a_batch=0, b_batch=0, accumulate=False):
    """(dims, parts, work) of csrc/dense.pyx for `batch` products; cut is the axis with more tiles (rows of 12, columns of 32)."""
    axis, pieces = (BY_ROWS, -(-m // ROWS)) if m * 32 >= n * 12 else (BY_COLUMNS, -(-n // COLUMNS))
    a_strides = (1, m) if a_turned else (k, 1)
    b_strides = (1, k) if b_turned else (n, 1)
    dims = (m, n, k, *a_strides, *b_strides, int(accumulate), code, batch, a_batch, b_batch, axis, pieces)
    return dims, batch * pieces, batch * m * n * k


def matmul(a, b, transpose_a=False, transpose_b=False):
    """The product of matrices in the last two axes; axes before them broadcast. A 1-D operand is a row or a column.

    Args:
        a: (..., m, k). b: (..., k, n). transpose_a, transpose_b: are the last two axes the other way round?
    Returns:
        (..., m, n).  vjp: dy -> da, db.
    Raises:
        ValueError: the inner sizes differ; the leading axes do not broadcast. TypeError: the dtypes differ.
    Source: tf.matmul; for 1-D operands numpy.matmul.
    """
    if type(a) is not Tensor or type(b) is not Tensor or a.dtype is not b.dtype:
        a, b = e.operands("matmul", a, b)
    dtype = a.dtype
    two = _two_matrices(a.shape, b.shape, transpose_a, transpose_b)
    if two and (dtype is float32 or dtype is float64):
        y_shape, dims, parts, work = two
        y = emit(MATMUL, (a, b, None), ((y_shape, dtype),), dims, (), parts, work)
    elif len(a.shape) == 1 or len(b.shape) == 1:
        return _with_vectors(a, b, transpose_a, transpose_b)
    elif dtype is float32 or dtype is float64:
        y = _batch(a, b, transpose_a, transpose_b)
    elif dtype.is_floating:  # float16, summed in float32 as NumPy does
        return e.cast(matmul(e.cast(a, float32), e.cast(b, float32), transpose_a, transpose_b), dtype)
    else:
        return _by_numpy(a, b, transpose_a, transpose_b)
    return record(y, (a, b), _matmul_vjp(a, b, transpose_a, transpose_b)) if recording() else y


def _matmul_vjp(a, b, transpose_a, transpose_b):
    def vjp(dy, needs):
        da = db = None
        if needs[0]:
            da = matmul(b, dy, transpose_b, True) if transpose_a else matmul(dy, b, False, not transpose_b)
            da = e.unbroadcast(da, a.shape)
        if needs[1]:
            if (
                len(b.shape) == 2 < len(a.shape) and not transpose_a
            ):  # one matrix for all: a sum over rows, not products
                flat_a = shape.reshape(a, (math.prod(a.shape[:-1]), a.shape[-1]))
                flat_dy = shape.reshape(dy, (math.prod(dy.shape[:-1]), dy.shape[-1]))
                db = matmul(flat_dy, flat_a, True) if transpose_b else matmul(flat_a, flat_dy, True)
            else:
                db = matmul(dy, a, True, transpose_a) if transpose_b else matmul(a, dy, not transpose_a, False)
                db = e.unbroadcast(db, b.shape)
        return da, db

    return vjp


def _sizes(a, b, transpose_a, transpose_b):
    """(m, n, k) of shapes `a` and `b`, each with two axes at least."""
    m, k = (a[-1], a[-2]) if transpose_a else a[-2:]
    n, k_b = b[-2:] if transpose_b else (b[-1], b[-2])
    if k != k_b:
        raise invalid(
            f"matmul: inner sizes must be equal. Received: shapes {a} and {b}, sizes {k} and {k_b}"
            f"{', transpose_a=True' if transpose_a else ''}{', transpose_b=True' if transpose_b else ''}."
        )
    return m, n, k


@lru_cache(maxsize=4096)
def _two_matrices(a, b, transpose_a, transpose_b):
    """(shape, dims, parts, work) of the product of matrices of shapes `a` and `b`; None if either is not a matrix."""
    if not a or not b:
        raise invalid(f"matmul: operands must have an axis. Received: shapes {a} and {b}.")
    if len(a) != 2 or len(b) != 2:
        return None
    m, n, k = _sizes(a, b, transpose_a, transpose_b)
    return (m, n), *_plan(m, n, k, bool(transpose_a), bool(transpose_b))


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
    """A product for each index of the leading axes; an operand that has none of them is used for all."""
    m, n, k = _sizes(a.shape, b.shape, transpose_a, transpose_b)
    a_turned, b_turned = bool(transpose_a), bool(transpose_b)
    lead = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    count = math.prod(lead)
    if not a_turned and math.prod(b.shape[:-2]) == 1 and a.shape[:-2] == lead:  # rows of one product
        dims, parts, work = _plan(count * m, n, k, False, b_turned)
    else:
        a, a_batch = _repeated(a, lead, m * k)
        b, b_batch = _repeated(b, lead, k * n)
        dims, parts, work = _plan(m, n, k, a_turned, b_turned, 0, count, a_batch, b_batch)
    return emit(MATMUL, (a, b, None), (((*lead, m, n), a.dtype),), dims, (), parts, work)


def _repeated(x, lead, size):
    """(x, elements from one matrix to the next) for leading axes `lead`."""
    if math.prod(x.shape[:-2]) == 1:
        return x, 0
    if x.shape[:-2] != lead:
        x = shape.broadcast_to(x, (*lead, *x.shape[-2:]))
    return x, size


def _by_numpy(a, b, transpose_a, transpose_b):
    """Products of integers."""
    m, n, _ = _sizes(a.shape, b.shape, transpose_a, transpose_b)

    def fill(inputs, outputs, dims, attrs):
        x, y = (np.swapaxes(v, -1, -2) if t else v for v, t in zip(inputs, (transpose_a, transpose_b), strict=True))
        np.matmul(x, y, out=outputs[0])

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
        ValueError: shapes that do not fit; an unknown activation. TypeError: dtypes differ.
    """
    if type(x) is Tensor and isinstance(kernel, (Tensor, Variable)) and kernel.dtype is x.dtype:
        kernel = as_tensor(kernel)
    else:
        x, kernel = e.operands("dense", x, kernel)
    if activation not in activations.FUSED:
        raise invalid(f"dense: `activation` must be one of {sorted(activations.FUSED)}. Received: {activation!r}.")
    if bias is not None:
        bias = as_tensor(bias)
    code, attrs = activations.FUSED[activation]
    m, k, n, to, dims, parts, work = _dense_plan(x.shape, kernel.shape, None if bias is None else bias.shape, code)
    if bias is not None and bias.dtype is not x.dtype:
        raise invalid_type(f"dense: `bias` must be {x.dtype.name} as x is. Received: bias.dtype={bias.dtype.name}.")
    if x.dtype is not float32 and x.dtype is not float64:
        return _wide_dense(x, kernel, bias, activation)
    y = emit(MATMUL, (x, kernel, bias), ((to, x.dtype),), dims, attrs, parts, work)
    if not recording():
        return y

    def vjp(dy, needs):
        if code:
            dy = activations.activation_backward(dy, y, code, attrs)
        flat = len(to) == 2
        dy = dy if flat else shape.reshape(dy, (m, n))
        dx = dkernel = None
        if needs[0]:
            dx = matmul(dy, kernel, False, True)
            dx = dx if flat else shape.reshape(dx, x.shape)
        if needs[1]:
            dkernel = matmul(x if flat else shape.reshape(x, (m, k)), dy, True, False)
        return dx, dkernel, reduce.sum(dy, 0) if needs[2] else None

    return record(y, (x, kernel, bias), vjp)


@lru_cache(maxsize=4096)
def _dense_plan(x_shape, kernel_shape, bias_shape, code):
    """(m, k, n, shape of y, dims, parts, work) of dense."""
    if len(kernel_shape) != 2 or not x_shape or x_shape[-1] != kernel_shape[0]:
        raise invalid(
            f"dense: `kernel` must be ({x_shape[-1] if x_shape else 'k'}, units) to match x of shape {x_shape}. "
            f"Received: kernel.shape={kernel_shape}."
        )
    k, n = kernel_shape
    if bias_shape is not None and bias_shape != (n,):
        raise invalid(f"dense: `bias` must be ({n},), one for each unit. Received: bias.shape={bias_shape}.")
    m = math.prod(x_shape[:-1])
    return m, k, n, (*x_shape[:-1], n), *_plan(m, n, k, False, False, code)


def _wide_dense(x, kernel, bias, activation):
    wide = [None if t is None else e.cast(t, float32) for t in (x, kernel, bias)]
    return e.cast(dense(*wide, activation), x.dtype)

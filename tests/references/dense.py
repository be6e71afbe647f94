"""Slow, obvious NumPy versions of the products, in float64."""

import numpy as np


def matmul(a, b, transpose_a=False, transpose_b=False):
    """Sum over k of a[..., i, k] b[..., k, j], one k after the other; and the sum of the terms' sizes, for tolerances."""
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    a = np.swapaxes(a, -1, -2) if transpose_a else a
    b = np.swapaxes(b, -1, -2) if transpose_b else b
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    y = np.zeros((*lead, a.shape[-2], b.shape[-1]))
    size = np.zeros_like(y)
    for k in range(a.shape[-1]):
        term = a[..., :, k, None] * b[..., k, None, :]
        y += term
        size += abs(term)
    return y, size

"""What the ops on matrices share: checks, calls of LAPACK through NumPy, float16 computed in float32."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, as_tensor, emit, float32, float64, numpy_kernel
from pyseq.core.errors import InvalidArgumentError, invalid, invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops import shape as s


def floats(who, x, name="x", square=False):
    x = as_tensor(x)
    if not x.dtype.is_floating:
        raise invalid_type(
            f"{who}: `{name}` must be floating point. Received: dtype={x.dtype.name}. Use cast(x, 'float32')."
        )
    if len(x.shape) < 2 or square and x.shape[-1] != x.shape[-2]:
        kind = "square matrices (..., n, n)" if square else "matrices (..., m, n)"
        raise invalid(f"{who}: `{name}` must be {kind}. Received: {name}.shape={x.shape}.")
    return x


class SingularMatrixError(InvalidArgumentError, np.linalg.LinAlgError):
    """LAPACK refuses a matrix."""


def by_numpy(who, function, inputs, shapes):
    """The tensors that a function of arrays gives; an error of LAPACK's names the op."""

    def fill(arrays, outputs, dims, attrs):
        try:
            made = function(*arrays)
        except np.linalg.LinAlgError as error:
            raise SingularMatrixError(None, None, f"{who}: {error}.") from None
        for y, a in zip(outputs, made if isinstance(made, tuple) else (made,), strict=True):
            y[...] = a

    return emit(numpy_kernel(who, fill), tuple(inputs), tuple((tuple(shape), inputs[0].dtype) for shape in shapes))


def in_float32(function):
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


def identity_like(x):
    return s.eye(x.shape[-1], dtype=x.dtype)

"""Integers bit by bit, in NumPy. Shifts by less than 0 or by the width or more are as TensorFlow's: by 0, by the width less one."""

from __future__ import annotations

import numpy as np

from pyseq.core import as_tensor, emit, numpy_kernel
from pyseq.core.errors import invalid_type
from pyseq.ops import elementwise as e
from pyseq.ops.broadcasting import broadcast_shapes


def _integers(who, x, y):
    x, y = e.operands(who, x, y)
    if not x.dtype.is_integer:
        raise invalid_type(f"{who}: operands must be integers. Received: dtype={x.dtype.name}.")
    return x, y


def _apply(name, function, *inputs):
    def fill(arrays, outputs, dims, attrs):
        outputs[0][...] = function(*arrays)

    to = broadcast_shapes(*[x.shape for x in inputs], who=name)
    return emit(numpy_kernel(name, fill), inputs, ((to, inputs[0].dtype),))


def bitwise_and(x, y):
    """The bits that both have."""
    return _apply("bitwise_and", np.bitwise_and, *_integers("bitwise_and", x, y))


def bitwise_or(x, y):
    """The bits that one of both has."""
    return _apply("bitwise_or", np.bitwise_or, *_integers("bitwise_or", x, y))


def bitwise_xor(x, y):
    """The bits that one has but not the other."""
    return _apply("bitwise_xor", np.bitwise_xor, *_integers("bitwise_xor", x, y))


def invert(x):
    """Each bit the other way."""
    x = as_tensor(x)
    return _apply("invert", np.invert, *_integers("invert", x, x)[:1])


def _width(x):
    return np.clip(x, 0, x.dtype.itemsize * 8 - 1).astype(x.dtype)


def left_shift(x, y):
    """x times 2 ** y, without what leaves at the top."""
    return _apply("left_shift", lambda x, y: np.left_shift(x, _width(y)), *_integers("left_shift", x, y))


def right_shift(x, y):
    """x by 2 ** y, rounded down."""
    return _apply("right_shift", lambda x, y: np.right_shift(x, _width(y)), *_integers("right_shift", x, y))

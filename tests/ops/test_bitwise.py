"""Bits against NumPy; shifts that are too long as recorded from TensorFlow 2.15."""

import numpy as np
import pytest

from pyseq.ops import bitwise
from tests.ops.proofs import check_op


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
@pytest.mark.parametrize("name", ["bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"])
def test_two_operands(name, dtype):
    x, y = np.arange(12).reshape(3, 4).astype(dtype), np.array([1, 3, 0, 5]).astype(dtype)
    check_op(getattr(bitwise, name), x, y, want=getattr(np, name)(x, y), vjp=False)


def test_invert():
    check_op(bitwise.invert, np.array([0, 5, -1]), want=np.array([-1, -6, 0]), vjp=False)


def test_shifts_too_long():
    assert bitwise.left_shift([1, 1, 1], [-1, 40, 3]).numpy().tolist() == [1, -(2**31), 8]
    assert bitwise.right_shift([-8, 1, 8], [1, 40, -3]).numpy().tolist() == [-4, 0, 8]


def test_floats_are_refused():
    with pytest.raises(TypeError, match="^bitwise_and: operands must be integers. Received: dtype=float32"):
        bitwise.bitwise_and([1.0], [2.0])

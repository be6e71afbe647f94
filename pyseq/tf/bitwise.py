"""tf.bitwise."""

from __future__ import annotations

from pyseq._faces import missing as _missing
from pyseq.core import dispatch
from pyseq.ops import bitwise as ops
from pyseq.tf._given import tensor_of

__all__ = ["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"]


def bitwise_and(x, y, name=None):
    """The bits that both have."""
    return ops.bitwise_and(x, y)


def bitwise_or(x, y, name=None):
    """The bits that one of both has."""
    return ops.bitwise_or(x, y)


def bitwise_xor(x, y, name=None):
    """The bits that one has but not the other."""
    return ops.bitwise_xor(x, y)


def invert(x, name=None):
    """Each bit the other way."""
    return ops.invert(tensor_of(x))


def left_shift(x, y, name=None):
    """x times 2 ** y, without what leaves at the top."""
    return ops.left_shift(x, y)


def right_shift(x, y, name=None):
    """x by 2 ** y, rounded down."""
    return ops.right_shift(x, y)


dispatch.face(globals(), "bitwise")
__getattr__ = _missing(__name__, lambda: __all__)

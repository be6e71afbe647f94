"""Values and norms kept within bounds."""

from __future__ import annotations

from pyseq.core import dispatch
from pyseq.ops import elementwise as e
from pyseq.ops import reduce
from pyseq.tf._given import axes_of, tensor_of

__all__ = ["clip_by_global_norm", "clip_by_norm", "clip_by_value", "global_norm"]


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """max(min(t, clip_value_max), clip_value_min)."""
    return e.clip(tensor_of(t), clip_value_min, clip_value_max)


def clip_by_norm(t, clip_norm, axes=None, name=None):
    """t, or, where its Euclidean norm along `axes` (all by default) is larger than `clip_norm`, that part of it that has it."""
    x = tensor_of(t)
    squares = reduce.sum(e.square(x), axes_of(axes), True)
    positive = e.greater(squares, 0.0)
    norm = e.where(positive, e.sqrt(e.where(positive, squares, 1.0)), squares)  # the root has no slope at 0
    return e.divide(e.multiply(x, clip_norm), e.maximum(norm, clip_norm))


def global_norm(t_list, name=None):
    """The Euclidean norm of all elements of the tensors together; None among them counts as nothing."""
    tensors = [tensor_of(_values(t)) for t in t_list if t is not None]
    if not tensors:
        raise ValueError("tf.linalg.global_norm: `t_list` must hold a tensor. Received: none.")
    halves = [e.multiply(reduce.sum(e.square(t)), 0.5) for t in tensors]
    total = halves[0]
    for half in halves[1:]:
        total = e.add(total, half)
    return e.sqrt(e.multiply(total, 2.0))


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """(the tensors, all times one number if their norm together is larger than `clip_norm`, that norm).

    Args:
        t_list: tensors; None stays None. use_norm: the norm, if it is known. A norm that is not finite makes all NaN.
    """
    norm = global_norm(t_list) if use_norm is None else tensor_of(use_norm)
    scale = e.multiply(e.minimum(e.reciprocal(norm), e.divide(1.0, tensor_of(clip_norm, norm.dtype))), clip_norm)
    scale = e.add(scale, e.subtract(norm, norm))
    return [None if t is None else e.multiply(tensor_of(_values(t)), scale) for t in t_list], norm


def _values(t):
    return getattr(t, "values", t) if type(t).__name__ == "IndexedSlices" else t


dispatch.face(globals())

"""The differentiable operations: functions on tensors that check, compute shapes, emit and say their gradient."""

from pyseq.ops import activation, elementwise, linalg, loss, operators, random, reduce, shape, softmax, update

__all__ = [
    "activation", "elementwise", "linalg", "loss", "operators", "random", "reduce", "shape", "softmax", "update",
]  # fmt: skip

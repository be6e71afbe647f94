"""The differentiable operations: functions on tensors that check, compute shapes, emit and say their gradient.

Two things go by this name, and they get on with each other:

- the modules (`pyseq.ops.elementwise`, `pyseq.ops.reduce`, ...): what layers, losses and the faces are made of;
- Keras 3's functions (`keras.ops.add`, `keras.ops.softmax`, ...), which are in `pyseq.ops.face` and found here by name. Where a
  module has the name of such a function (`shape`, `softmax`, `einsum`, `norm`), it can be called as the function.
"""

from __future__ import annotations

import importlib
import types

from pyseq._faces import missing as _missing
from pyseq.ops import (
    activation,
    einsum,
    elementwise,
    linalg,
    loss,
    norm,
    operators,
    random,
    reduce,
    shape,
    softmax,
    update,
)
from pyseq.ops.face import LATER as _LATER

__all__ = [
    "activation", "einsum", "elementwise", "linalg", "loss", "norm", "operators", "random", "reduce", "shape", "softmax", "update",
]  # fmt: skip


class _CallableModule(types.ModuleType):
    """A module of ops that is also the Keras function of its name."""

    @property
    def __wrapped__(self):
        place, name = _LATER[self.__name__.rpartition(".")[2]].split(":")
        return getattr(importlib.import_module(place), name)

    def __call__(self, *args, **kwargs):
        return self.__wrapped__(*args, **kwargs)


for _module in (einsum, norm, shape, softmax):
    _module.__class__ = _CallableModule

__getattr__ = _missing(__name__, lambda: __all__, _LATER)


def __dir__():
    return sorted({*__all__, *_LATER})

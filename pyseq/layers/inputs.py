"""What a layer is called on: made tensors of its dtype, and checked."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, as_tensor
from pyseq.core.structure import map_structure
from pyseq.core.texts import as_texts, is_texts
from pyseq.layers.input_spec import check_inputs, refuse_structure
from pyseq.ops import elementwise


class Inputs:
    """Part of Layer."""

    def _prepare_inputs(self, inputs):
        if isinstance(inputs, Tensor):
            return self._cast(inputs)
        if isinstance(inputs, (list, tuple, dict)) and not is_values(inputs):
            return map_structure(lambda x: x if x is None else self._cast(self._as_tensor(x)), inputs)
        return self._cast(self._as_tensor(inputs))

    def _as_tensor(self, x):
        if is_texts(x):
            if not self._may_take_texts():
                raise ValueError(
                    f'Input of layer "{self.name}": it must hold numbers. Received: texts, {x!r}. Make numbers of them with '
                    "StringLookup or TextVectorization, or convert them, e.g. x.astype('float32')."
                )
            return as_texts(x)
        try:
            return as_tensor(x)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f'Input of layer "{self.name}": {error}') from None

    _takes_one_tensor = False  # True for layers whose `call` has no use for structures of tensors, nor for texts

    def _may_take_texts(self):
        """False for what is known to take numbers only."""
        return not self._takes_one_tensor

    def _cast(self, x):
        if self._autocast and x.dtype is not self._dtype and x.dtype.is_floating:
            mask = x._keras_mask
            x = elementwise.cast(x, self._dtype)
            x._keras_mask = mask
        return x

    def _check_inputs(self, inputs):
        if self.input_spec is not None:
            check_inputs(self.input_spec, inputs, self.name)
        if self._takes_one_tensor and type(inputs) is not Tensor:
            refuse_structure(self, inputs)


def is_values(x) -> bool:
    """Is x a nested list of plain numbers or texts, that is, one array and no structure of arrays?"""
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    return isinstance(x, (int, float, bool, str, bytes, np.generic))

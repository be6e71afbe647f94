"""What layers that give category numbers share: inputs that may be texts, and the encodings of their numbers."""

from __future__ import annotations

import numpy as np

from pyseq.core import Tensor, as_tensor, config, emit, numpy_kernel
from pyseq.core.tensor_shape import TensorShape
from pyseq.core.texts import Texts, as_texts, is_texts
from pyseq.layers.base import Layer
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops


class OfCategories(Layer):
    """A layer whose inputs keep their element type, texts included, and whose outputs are numbers of categories or encodings.

    Args:
        output_mode: one of `modes`. sparse: must be False, sparse tensors do not exist here.
    """

    modes = ("int", "one_hot", "multi_hot", "count")

    def __init__(self, output_mode="int", sparse=False, **kwargs):
        check_output_mode(type(self).__name__, output_mode, self.modes)
        if sparse and output_mode == "int":
            rest = '", "'.join(m for m in self.modes if m != "int")
            raise ValueError(
                f'`sparse` may only be true if `output_mode` is "{rest}". Received: sparse={sparse} and output_mode={output_mode}'
            )
        if sparse:
            raise NotImplementedError(
                f"{type(self).__name__}: sparse tensors do not exist here, so `sparse` must be False. Received: sparse={sparse}."
            )
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else config.floatx()
        super().__init__(**kwargs)
        if output_mode == "int" and not self._dtype.is_integer:
            raise ValueError(
                f"When `output_mode='int'`, `dtype` should be an integer type. Received: dtype={self._dtype.name}"
            )
        self._autocast = False
        self.output_mode = output_mode
        self.sparse = False

    def _prepare_inputs(self, inputs):
        if isinstance(inputs, (Texts, Tensor)):
            return inputs
        return as_texts(inputs) if is_texts(inputs) else super()._prepare_inputs(inputs)

    def _encoded(self, numbers, depth, weights=None, factors=None):
        return encoded(numbers, self.output_mode, depth, self._dtype, weights, factors)

    def _encoded_shape(self, input_shape, depth):
        """The shape of what `_encoded` gives for an input of this shape; `depth` None if not known."""
        shape = TensorShape(input_shape)
        if self.output_mode == "int":
            return shape
        if self.output_mode == "one_hot" and shape[-1:] != (1,):
            return shape + (depth,)
        return shape[:-1] + (depth,)

    def get_config(self):
        return {**super().get_config(), "output_mode": self.output_mode, "sparse": self.sparse}


def check_output_mode(who, output_mode, allowed):
    if output_mode not in allowed:
        raise ValueError(
            f"Unkown value for `output_mode` argument of layer {who}. Allowed values are: or one of the following values: "
            f"{tuple(allowed)}. Received: {output_mode}"
        )


def encoded(numbers, mode, depth, dtype, weights=None, factors=None):
    """Category numbers as a layer gives them out.

    Args:
        numbers: integers, up to two axes unless `mode` is "int"; those outside [0, depth) count for nothing.
        mode: "int": the numbers themselves; "one_hot": one row for each; "multi_hot": a row for each sample that says which are
            in it; "count": how often; "tf_idf": how often, times `factors`.
        depth: how many numbers there are. dtype: of the result.
        weights: for "count", how much each number counts, of the shape of `numbers`. factors: (depth,).
    """
    if mode == "int":
        return elementwise.cast(numbers, dtype)
    shape = numbers.shape
    if not shape:
        numbers = shape_ops.reshape(numbers, (1,))
    if mode == "one_hot" and numbers.shape[-1] != 1:
        numbers = shape_ops.expand_dims(numbers, -1)
    if len(numbers.shape) > 2:
        raise ValueError(
            f"When output_mode is not `'int'`, maximum supported output rank is 2. Received output_mode {mode} and input shape "
            f"{shape}, which would result in output rank {len(numbers.shape)}."
        )
    counts = _counts(numbers, depth, dtype, weights, once=mode in ("one_hot", "multi_hot"))
    return counts if factors is None else elementwise.multiply(counts, as_tensor(factors, dtype=dtype))


def _counts(numbers, depth, dtype, weights, once):
    """(..., depth): how often each number is in a row; with `once`, 1 if it is."""

    def fill(inputs, outputs, dims, attrs):
        rows = inputs[0].reshape(-1, inputs[0].shape[-1])
        y = outputs[0].reshape(len(rows), depth)
        y[...] = 0
        row, column = np.nonzero((rows >= 0) & (rows < depth))
        found = rows[row, column].astype(np.int64)
        if once:
            y[row, found] = 1
        else:
            np.add.at(y, (row, found), 1 if len(inputs) == 1 else inputs[1].reshape(rows.shape)[row, column])

    if weights is not None:
        weights = elementwise.cast(as_tensor(weights), dtype)
        if weights.shape != numbers.shape:
            raise ValueError(
                f"`count_weights` must have the shape of the inputs, {numbers.shape}. Received: shape={weights.shape}."
            )
    given = (numbers,) if weights is None else (numbers, weights)
    return emit(numpy_kernel("count_categories", fill), given, (((*numbers.shape[:-1], depth), dtype),))


def on_values(name, function, x, dtype):
    """function(array) -> array of the same shape, as an operation: at once, or each time a plan runs."""

    def fill(inputs, outputs, dims, attrs):
        outputs[0][...] = function(inputs[0])

    return emit(numpy_kernel(name, fill), (x,), ((x.shape, dtype),))

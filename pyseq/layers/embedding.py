"""Embedding: a vector for each integer."""

from __future__ import annotations

from pyseq import constraints, initializers, regularizers
from pyseq.core import config
from pyseq.core.dispatch import is_symbolic, op_layer
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.ops import elementwise
from pyseq.ops import shape as shape_ops


class Embedding(Layer):
    """The rows of a table of weights that the integers of the input name.

    Args:
        input_dim: number of rows: the largest integer is input_dim - 1.
        output_dim: length of a row.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: of the table; name, object or function.
        activity_regularizer: penalty on the output, divided by the batch size.
        mask_zero: are steps that hold 0 masked for what follows? Row 0 is not used then.
        input_length: steps of the inputs, if it is always the same.
        sparse: must be false; sparse tensors do not exist here.
    Input shape:
        (N, ...), integers; floating point numbers are cut to integers.
    Output shape:
        (N, ..., output_dim).
    """

    _takes_one_tensor = True

    def __init__(
        self, input_dim, output_dim, embeddings_initializer="uniform", embeddings_regularizer=None,
        activity_regularizer=None, embeddings_constraint=None, mask_zero=False, input_length=None, sparse=False, **kwargs,
    ):  # fmt: skip
        if sparse:
            raise ValueError(f"Embedding: `sparse` is not supported. Received: sparse={sparse!r}. Leave it out.")
        if not {"input_shape", "batch_input_shape", "batch_shape"} & set(kwargs):
            kwargs["input_shape"] = tuple(_lengths(input_length)) if input_length else (None,)
        for name, value in (("input_dim", input_dim), ("output_dim", output_dim)):
            if isinstance(value, bool) or not hasattr(value, "__index__"):
                raise TypeError(f"Embedding: `{name}` must be an integer. Received: {name}={value!r}.")
        if input_dim <= 0 or output_dim <= 0:
            raise ValueError(
                f"Both `input_dim` and `output_dim` should be positive, Received input_dim = {input_dim} and output_dim = "
                f"{output_dim}"
            )
        kwargs.setdefault("dtype", config.floatx())
        super().__init__(activity_regularizer=activity_regularizer, **{**kwargs, "autocast": False})
        self.input_dim = int(input_dim)
        self.output_dim = int(output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = bool(mask_zero)
        self.input_length = input_length
        self.embeddings = None

    def build(self, input_shape=None):
        self.embeddings = self.add_weight(
            "embeddings", (self.input_dim, self.output_dim), initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer, constraint=self.embeddings_constraint,
        )  # fmt: skip
        super().build(input_shape)

    def call(self, inputs):
        if inputs.dtype.name not in ("int32", "int64"):
            inputs = elementwise.cast(inputs, "int32")
        return shape_ops.take(self.embeddings, inputs)

    def compute_mask(self, inputs, mask=None):
        if self.mask_zero and is_symbolic(inputs):
            return op_layer("math.not_equal", (inputs, 0), {})
        return elementwise.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        input_shape = tuple(input_shape)
        if self.input_length is None:
            return TensorShape((*input_shape, self.output_dim))
        lengths = _lengths(self.input_length)
        found = input_shape[1:]
        if len(lengths) != len(found) or any(
            None not in (a, b) and a != b for a, b in zip(lengths, found, strict=True)
        ):
            raise ValueError(
                f'Layer "{self.name}": "input_length" is {self.input_length}, but received input has shape {input_shape}'
            )
        known = (b if a is None else a for a, b in zip(lengths, found, strict=True))
        return TensorShape((input_shape[0], *known, self.output_dim))

    def get_config(self):
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": self.mask_zero,
            "input_length": self.input_length,
        }


def _lengths(input_length):
    return list(input_length) if isinstance(input_length, (list, tuple)) else [input_length]

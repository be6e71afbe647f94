"""Input: the place where data enters a model."""

from __future__ import annotations

from pyseq.core import config
from pyseq.core.keras_tensor import KerasTensor
from pyseq.layers.base import Layer
from pyseq.layers.naming import numbered_name
from pyseq.layers.node import Node


class InputLayer(Layer):
    """The entry of a model.

    Args:
        input_shape: shape of one sample; batch_input_shape: the same with the batch axis.
        batch_size: extent of the batch axis; None: any.
        dtype: element type of the data; `floatx()` by default.
        sparse, ragged: such tensors do not exist here; must be false.
    """

    def __init__(
        self, input_shape=None, batch_size=None, dtype=None, input_tensor=None, sparse=None, name=None, ragged=None,
        type_spec=None, **kwargs,
    ):  # fmt: skip
        for argument, value in (
            ("sparse", sparse),
            ("ragged", ragged),
            ("input_tensor", input_tensor),
            ("type_spec", type_spec),
        ):
            if value is not None and value is not False:
                raise ValueError(
                    f"InputLayer: `{argument}` is not supported. Received: {argument}={value!r}. Leave it out."
                )
        if "batch_input_shape" not in kwargs and "batch_shape" not in kwargs:
            kwargs["batch_input_shape"] = (batch_size, *(input_shape or ()))
        elif input_shape is not None:
            raise ValueError("InputLayer: give `input_shape` or `batch_input_shape`, not both.")
        super().__init__(dtype=dtype or config.floatx(), name=name or numbered_name("input"), **kwargs)
        self.built = True
        self._autocast = False
        Node(self, outputs=KerasTensor(self._batch_input_shape, self._dtype, self.name))

    def call(self, inputs):
        return inputs

    @property
    def input_shape(self):
        """The shape in a list, as tf.keras gives it."""
        return [self._batch_input_shape]

    output_shape = input_shape

    def get_config(self):
        return {
            "batch_input_shape": self._batch_input_shape, "dtype": self.dtype, "sparse": False, "ragged": False,
            "name": self.name,
        }  # fmt: skip


def Input(
    shape=None,
    batch_size=None,
    name=None,
    dtype=None,
    sparse=False,
    tensor=None,
    ragged=False,
    type_spec=None,
    **kwargs,
):  # noqa: N802
    """A symbolic tensor: the entry of a model.

    Args:
        shape: of one sample, without the batch axis; None entries are unknown.
        batch_size: extent of the batch axis; None: any.
        name: of the input layer.
        dtype: of the data; `floatx()` by default.
        sparse, tensor, ragged: must be left out; such inputs do not exist here.
        type_spec: a TensorSpec, instead of shape and dtype.
        batch_shape, batch_input_shape: the shape with the batch axis, instead of `shape`.
    Returns:
        A KerasTensor.
    """
    whole = kwargs.pop("batch_shape", None) or kwargs.pop("batch_input_shape", None)
    if type_spec is not None:
        if any(x is not None for x in (shape, batch_size, dtype, whole)) or not hasattr(type_spec, "shape"):
            raise ValueError(
                "Input: `type_spec` must be a TensorSpec, without `shape`, `batch_size` and `dtype`. Received: "
                f"type_spec={type_spec!r}."
            )
        whole, dtype, type_spec = type_spec.shape, type_spec.dtype, None
    if kwargs:
        raise ValueError(f"Unrecognized keyword argument for `Input`. Received: {sorted(kwargs)}.")
    if whole is not None and shape is not None:
        raise ValueError(
            "Only provide the `shape` OR `batch_input_shape` argument to Input, not both at the same time."
        )
    if whole is None and shape is None:
        raise ValueError(
            "Please provide to Input a `shape` argument. Note that `shape` does not include the batch dimension."
        )
    if isinstance(shape, int):
        shape = (shape,)
    layer = InputLayer(
        dtype=dtype, name=name, sparse=sparse, input_tensor=tensor, ragged=ragged, type_spec=type_spec,
        batch_input_shape=tuple(whole) if whole is not None else (batch_size, *shape),
    )  # fmt: skip
    return layer._inbound_nodes[0].outputs

"""Layers: the parts of a model."""

from pyseq.layers.activation import Activation
from pyseq.layers.base import Layer
from pyseq.layers.dense import Dense
from pyseq.layers.dropout import AlphaDropout, Dropout
from pyseq.layers.input import Input, InputLayer
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.op_layers import AddLoss, SlicingOpLambda, TFOpLambda
from pyseq.layers.reshape import Flatten, Reshape
from pyseq.registry import Registry

_registry = Registry("layer", "keras.layers")
for _class in (
    Activation,
    AddLoss,
    AlphaDropout,
    Dense,
    Dropout,
    Flatten,
    InputLayer,
    Reshape,
    SlicingOpLambda,
    TFOpLambda,
):
    _registry.add(_class)

serialize, deserialize = _registry.serialize, _registry.deserialize

__all__ = [
    "Activation", "AlphaDropout", "Dense", "Dropout", "Flatten", "Input", "InputLayer", "InputSpec", "Layer", "Reshape",
    "deserialize", "serialize",
]  # fmt: skip

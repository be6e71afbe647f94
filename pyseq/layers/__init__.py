"""Layers: the parts of a model."""

from pyseq.layers.activation import Activation
from pyseq.layers.base import Layer
from pyseq.layers.dense import Dense
from pyseq.layers.dropout import AlphaDropout, Dropout
from pyseq.layers.input import Input, InputLayer
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.normalization_batch import BatchNormalization
from pyseq.layers.normalization_group import GroupNormalization
from pyseq.layers.normalization_layer import LayerNormalization
from pyseq.layers.reshape import Flatten, Reshape
from pyseq.registry import Registry

_registry = Registry("layer", "keras.layers")
for _class in (
    Activation, AlphaDropout, BatchNormalization, Dense, Dropout, Flatten, GroupNormalization, InputLayer, LayerNormalization,
    Reshape,
):  # fmt: skip
    _registry.add(_class)

serialize, deserialize = _registry.serialize, _registry.deserialize

__all__ = [
    "Activation", "AlphaDropout", "BatchNormalization", "Dense", "Dropout", "Flatten", "GroupNormalization", "Input", "InputLayer",
    "InputSpec", "Layer", "LayerNormalization", "Reshape", "deserialize", "serialize",
]  # fmt: skip

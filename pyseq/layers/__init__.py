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
from pyseq.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from pyseq.layers.reshape import Flatten, Reshape
from pyseq.registry import Registry

_registry = Registry("layer", "keras.layers")
for _class in (
    Activation, AlphaDropout, AveragePooling1D, AveragePooling2D, AveragePooling3D, BatchNormalization, Dense,
    Dropout, Flatten, GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D, GlobalMaxPooling1D,
    GlobalMaxPooling2D, GlobalMaxPooling3D, GroupNormalization, InputLayer, LayerNormalization, MaxPooling1D,
    MaxPooling2D, MaxPooling3D, Reshape,
):  # fmt: skip
    _registry.add(_class)

serialize, deserialize = _registry.serialize, _registry.deserialize

__all__ = [
    "Activation", "AlphaDropout", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "AvgPool1D",
    "AvgPool2D", "AvgPool3D", "BatchNormalization", "Dense", "Dropout", "Flatten", "GlobalAveragePooling1D",
    "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalAvgPool3D",
    "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
    "GlobalMaxPooling3D", "GroupNormalization", "Input", "InputLayer", "InputSpec", "Layer", "LayerNormalization",
    "MaxPool1D", "MaxPool2D", "MaxPool3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Reshape", "deserialize",
    "serialize",
]  # fmt: skip

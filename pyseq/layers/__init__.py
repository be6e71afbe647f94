"""Layers: the parts of a model."""

from pyseq.layers.activation import Activation
from pyseq.layers.base import Layer
from pyseq.layers.convolution import Conv1D, Conv2D, Conv3D
from pyseq.layers.convolution_depthwise import DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D
from pyseq.layers.convolution_transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from pyseq.layers.dense import Dense
from pyseq.layers.dropout import AlphaDropout, Dropout
from pyseq.layers.input import Input, InputLayer
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.reshape import Flatten, Reshape
from pyseq.registry import Registry

_registry = Registry("layer", "keras.layers")
for _class in (
    Activation, AlphaDropout, Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose, Dense,
    DepthwiseConv1D, DepthwiseConv2D, Dropout, Flatten, InputLayer, Reshape, SeparableConv1D, SeparableConv2D,
):  # fmt: skip
    _registry.add(_class)

Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution1DTranspose, Convolution2DTranspose, Convolution3DTranspose = Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D

serialize, deserialize = _registry.serialize, _registry.deserialize

__all__ = [
    "Activation", "AlphaDropout", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose",
    "Convolution1D", "Convolution1DTranspose", "Convolution2D", "Convolution2DTranspose", "Convolution3D",
    "Convolution3DTranspose", "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Dropout", "Flatten", "Input", "InputLayer",
    "InputSpec", "Layer", "Reshape", "SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D",
    "SeparableConvolution2D", "deserialize", "serialize",
]  # fmt: skip

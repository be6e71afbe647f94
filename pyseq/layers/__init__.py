"""Layers: the parts of a model."""

from pyseq._faces import missing as _missing
from pyseq.layers.activation import Activation
from pyseq.layers.activation_layers import ELU, LeakyReLU, PReLU, ReLU, Softmax, ThresholdedReLU
from pyseq.layers.activity_regularization import ActivityRegularization
from pyseq.layers.base import Layer
from pyseq.layers.concatenation import Concatenate
from pyseq.layers.convolution import Conv1D, Conv2D, Conv3D
from pyseq.layers.convolution_depthwise import DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D
from pyseq.layers.convolution_transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from pyseq.layers.dense import Dense
from pyseq.layers.dot_product import Dot
from pyseq.layers.dropout import AlphaDropout, Dropout
from pyseq.layers.einsum_dense import EinsumDense
from pyseq.layers.embedding import Embedding
from pyseq.layers.identity import Identity
from pyseq.layers.input import Input, InputLayer
from pyseq.layers.input_spec import InputSpec
from pyseq.layers.lambda_layer import Lambda
from pyseq.layers.masking import Masking
from pyseq.layers.merge import Add, Average, Maximum, Minimum, Multiply, Subtract
from pyseq.layers.merge_functions import add, average, concatenate, dot, maximum, minimum, multiply, subtract
from pyseq.layers.noise import GaussianDropout, GaussianNoise
from pyseq.layers.normalization import Normalization
from pyseq.layers.normalization_batch import BatchNormalization, SyncBatchNormalization
from pyseq.layers.normalization_group import GroupNormalization
from pyseq.layers.normalization_layer import LayerNormalization
from pyseq.layers.normalization_spectral import SpectralNormalization
from pyseq.layers.op_layers import AddLoss, AddMetric, SlicingOpLambda, TFOpLambda
from pyseq.layers.padding import Cropping1D, Cropping2D, Cropping3D, ZeroPadding1D, ZeroPadding2D, ZeroPadding3D
from pyseq.layers.permute import Permute, RepeatVector
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
from pyseq.layers.preprocessing.category_encoding import CategoryEncoding
from pyseq.layers.preprocessing.discretization import Discretization
from pyseq.layers.preprocessing.hashing import Hashing
from pyseq.layers.preprocessing.lookups import IntegerLookup, StringLookup
from pyseq.layers.preprocessing.text_vectorization import TextVectorization
from pyseq.layers.rescaling import Rescaling
from pyseq.layers.reshape import Flatten, Reshape
from pyseq.layers.spatial_dropout import SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from pyseq.layers.unit_normalization import UnitNormalization
from pyseq.layers.upsampling import UpSampling1D, UpSampling2D, UpSampling3D
from pyseq.layers.wrapper import Wrapper
from pyseq.registry import Registry

_registry = Registry("layer", "keras.layers")
_CLASSES = (
    Activation, ActivityRegularization, Add, AlphaDropout, Average, AveragePooling1D, AveragePooling2D,
    AveragePooling3D, BatchNormalization, CategoryEncoding, Concatenate, Conv1D, Conv1DTranspose, Conv2D,
    Conv2DTranspose, Conv3D, Conv3DTranspose, Cropping1D, Cropping2D, Cropping3D, Dense, DepthwiseConv1D,
    DepthwiseConv2D, Discretization, Dot, Dropout, ELU, EinsumDense, Embedding, Flatten, GaussianDropout, GaussianNoise,
    GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D, GlobalMaxPooling1D, GlobalMaxPooling2D,
    GlobalMaxPooling3D, GroupNormalization, Hashing, Identity, InputLayer, IntegerLookup, Lambda, LayerNormalization,
    LeakyReLU, Masking, MaxPooling1D, MaxPooling2D, MaxPooling3D, Maximum, Minimum, Multiply, Normalization, PReLU,
    Permute, ReLU, RepeatVector, Rescaling, Reshape, SeparableConv1D, SeparableConv2D, Softmax, SpatialDropout1D,
    SpatialDropout2D, SpatialDropout3D, SpectralNormalization, StringLookup, Subtract, TextVectorization,
    ThresholdedReLU, UnitNormalization, UpSampling1D, UpSampling2D, UpSampling3D, Wrapper, ZeroPadding1D, ZeroPadding2D,
    ZeroPadding3D,
)  # fmt: skip
for _class in (AddLoss, AddMetric, Layer, SlicingOpLambda, SyncBatchNormalization, TFOpLambda, *_CLASSES):
    _registry.add(_class)

Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution1DTranspose, Convolution2DTranspose, Convolution3DTranspose = (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
)
SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D

serialize, deserialize = _registry.serialize, _registry.deserialize

# Imported when used.
_LATER = {
    "image_random": "RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight RandomWidth",
    "image_random_affine": "RandomRotation RandomTranslation RandomZoom",
    "image_resizing": "CenterCrop Resizing",
}
for _module, _names in _LATER.items():
    _registry.add_later(f"pyseq.layers.{_module}", *_names.split())

__all__ = [
    *(_class.__name__ for _class in _CLASSES), "AvgPool1D", "AvgPool2D", "AvgPool3D", "Convolution1D",
    "Convolution1DTranspose", "Convolution2D", "Convolution2DTranspose", "Convolution3D", "Convolution3DTranspose",
    "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalAvgPool3D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D",
    "Input", "InputSpec", "Layer", "add", "average", "concatenate", "deserialize", "dot", "maximum", "minimum",
    "multiply", "MaxPool1D", "MaxPool2D", "MaxPool3D", "SeparableConvolution1D", "SeparableConvolution2D", "serialize",
    "subtract",
    *_registry.later,
]  # fmt: skip
__getattr__ = _missing(
    __name__,
    lambda: __all__,
    {
        "experimental": "pyseq.layers.experimental",
        **{name: f"{module}:{name}" for name, module in _registry.later.items()},
    },
)


def __dir__():
    return sorted({*globals(), *__all__})

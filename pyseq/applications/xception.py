"""Xception: separable convolutions with residual connections.

Source: Chollet, 2017, "Xception: deep learning with depthwise separable convolutions", figure 5.
"""

from __future__ import annotations

from pyseq import layers
from pyseq.applications.imagenet_utils import decode_predictions, preprocessing
from pyseq.applications.parts import application, channel_axis

ENTRY = ((2, 128), (3, 256), (4, 728))  # number and filters of the blocks that halve the images
MIDDLE = range(5, 13)  # blocks of 728 filters


def normalized(x, name=None):
    """BatchNormalization over the channels."""
    return layers.BatchNormalization(axis=channel_axis(), name=name)(x)


def convolution(x, filters, name, **arguments):
    """A convolution, normalised, and relu."""
    x = layers.Conv2D(filters, 3, use_bias=False, name=name, **arguments)(x)
    return layers.Activation("relu", name=f"{name}_act")(normalized(x, f"{name}_bn"))


def separable(x, filters, name, active_before=True):
    """relu if `active_before`, then a separable convolution, normalised."""
    x = layers.Activation("relu", name=f"{name}_act")(x) if active_before else x
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return normalized(x, f"{name}_bn")


def halving(x, first, filters, number):
    """Two separable convolutions and a pooling, beside a 1x1 convolution with strides."""
    beside = layers.Conv2D(filters, 1, strides=2, padding="same", use_bias=False)(x)
    beside = normalized(beside)
    x = separable(x, first, f"block{number}_sepconv1", active_before=number != 2)
    x = separable(x, filters, f"block{number}_sepconv2")
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"block{number}_pool")(x)
    return layers.Add()([x, beside])


def xception(arguments):
    """The model."""
    x = convolution(arguments.image(), 32, "block1_conv1", strides=2)
    x = convolution(x, 64, "block1_conv2")
    for number, filters in ENTRY:
        x = halving(x, filters, filters, number)
    for number in MIDDLE:
        beside = x
        for k in (1, 2, 3):
            x = separable(x, 728, f"block{number}_sepconv{k}")
        x = layers.Add()([x, beside])
    x = halving(x, 728, 1024, 13)
    for k, filters in (1, 1536), (2, 2048):
        x = separable(x, filters, f"block14_sepconv{k}", active_before=False)
        x = layers.Activation("relu", name=f"block14_sepconv{k}_act")(x)
    return arguments.classified(arguments.pooled(x, "avg_pool"), "xception")


Xception = application(xception, "Xception", "36 convolutions, most of them separable.", size=299, least=71)
preprocess_input = preprocessing("tf", __name__)

__all__ = ["Xception", "decode_predictions", "preprocess_input"]

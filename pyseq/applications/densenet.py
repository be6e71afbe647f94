"""DenseNet: each block's 32 feature maps are put beside all those before them.

Source: Huang et al., 2017, "Densely connected convolutional networks", table 1, growth rate 32.
"""

from __future__ import annotations

from pyseq import layers
from pyseq.applications.imagenet_utils import decode_predictions, preprocessing
from pyseq.applications.parts import application, channel_axis
from pyseq.applications.resnet import normalized_relu

GROWTH = 32  # feature maps that a block adds
BLOCKS = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}  # in each stack


def block(x, name):
    """What comes in, and 32 feature maps more."""
    maps = normalized_relu(x, f"{name}_0_")
    maps = layers.Conv2D(4 * GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(maps)
    maps = normalized_relu(maps, f"{name}_1_")
    maps = layers.Conv2D(GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(maps)
    return layers.Concatenate(axis=channel_axis(), name=f"{name}_concat")([x, maps])


def transition(x, name):
    """Half the feature maps of half the size."""
    x = normalized_relu(x, f"{name}_")
    x = layers.Conv2D(x.shape[channel_axis()] // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return layers.AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def densenet(arguments, depth):
    """The model with so many layers with weights."""
    x = layers.ZeroPadding2D(3)(arguments.image())
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1/conv")(x)
    x = normalized_relu(x, "conv1/")
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(layers.ZeroPadding2D(1)(x))
    for stack, count in enumerate(BLOCKS[depth], 2):
        x = transition(x, f"pool{stack - 1}") if stack > 2 else x
        for k in range(1, count + 1):
            x = block(x, f"conv{stack}_block{k}")
    x = normalized_relu(x, "")
    return arguments.classified(arguments.pooled(x, "avg_pool", "avg_pool", "max_pool"), f"densenet{depth}")


DenseNet121, DenseNet169, DenseNet201 = (
    application(densenet, f"DenseNet{depth}", f"{depth} layers with weights, densely connected.", depth)
    for depth in BLOCKS
)
preprocess_input = preprocessing("torch", __name__)

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]

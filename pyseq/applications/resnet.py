"""ResNet: blocks of three convolutions that add to what comes in.

Source: He et al., 2016, "Deep residual learning for image recognition", table 1; with the stride in the first 1x1
convolution of a stack, as there.
"""

from __future__ import annotations

from pyseq import layers
from pyseq.applications.imagenet_utils import decode_predictions, preprocessing
from pyseq.applications.parts import Arguments, channel_axis, named

EPSILON = 1.001e-5
FILTERS = (64, 128, 256, 512)  # of each stack, conv2 to conv5; its blocks end with four times as many
BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}  # in each stack


def normalized(x, name):
    """BatchNormalization over the channels."""
    return layers.BatchNormalization(axis=channel_axis(), epsilon=EPSILON, name=name)(x)


def normalized_relu(x, name):
    """`name`bn, `name`relu."""
    return layers.Activation("relu", name=f"{name}relu")(normalized(x, f"{name}bn"))


def stem(x, preactivated):
    """conv1 and pool1; with `preactivated`, of version 2, normalisation is left to the first block."""
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    x = x if preactivated else normalized_relu(x, "conv1_")
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    return layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)


def block(x, filters, strides, project, name):
    """1x1, 3x3, 1x1; what comes in is added, or a projection of it."""
    shortcut = x
    if project:
        shortcut = layers.Conv2D(4 * filters, 1, strides=strides, name=f"{name}_0_conv")(x)
        shortcut = normalized(shortcut, f"{name}_0_bn")
    x = layers.Conv2D(filters, 1, strides=strides, name=f"{name}_1_conv")(x)
    x = normalized_relu(x, f"{name}_1_")
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x)
    x = normalized_relu(x, f"{name}_2_")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    x = normalized(x, f"{name}_3_bn")
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.Activation("relu", name=f"{name}_out")(x)


def resnet(arguments, depth):
    """The model with so many layers with weights."""
    x = stem(arguments.image(), preactivated=False)
    for stack, (filters, count) in enumerate(zip(FILTERS, BLOCKS[depth], strict=True), 2):
        for k in range(1, count + 1):
            strides = 2 if k == 1 and stack > 2 else 1
            x = block(x, filters, strides, k == 1, f"conv{stack}_block{k}")
    return arguments.classified(arguments.pooled(x, "avg_pool", "avg_pool", "max_pool"), f"resnet{depth}")


def _application(depth):
    name = f"ResNet{depth}"

    def function(
        include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000, **kwargs
    ):
        activation = kwargs.pop("classifier_activation", "softmax")
        if kwargs:
            raise ValueError(f"{name}: unknown argument(s) {kwargs}. By name alone it has `classifier_activation`.")
        given = include_top, weights, input_tensor, input_shape, pooling, classes, activation
        return resnet(Arguments(name, *given), depth)

    return named(function, name, f"{depth} layers with weights, in residual blocks.", __name__)


ResNet50, ResNet101, ResNet152 = (_application(depth) for depth in BLOCKS)
preprocess_input = preprocessing("caffe", __name__)

__all__ = ["ResNet50", "ResNet101", "ResNet152", "decode_predictions", "preprocess_input"]

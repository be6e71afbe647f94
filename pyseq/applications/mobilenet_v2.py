"""MobileNetV2: blocks that widen, filter depthwise and narrow; what is narrow is added from block to block.

Source: Sandler et al., 2018, "MobileNetV2: inverted residuals and linear bottlenecks", table 2.
"""

from __future__ import annotations

from pyseq import layers
from pyseq.applications.imagenet_utils import decode_predictions, preprocessing
from pyseq.applications.parts import Arguments, channel_axis, halving_pads, multiple_of, named

STACKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
# widening, filters, blocks, strides of the first block
ROWS = (96, 128, 160, 192, 224)  # of `input_tensor`, that the model's name tells


def normalized(x, name):
    """BatchNormalization over the channels."""
    return layers.BatchNormalization(axis=channel_axis(), momentum=0.999, name=name)(x)


def block(x, widening, filters, strides, name):
    """1x1 to `widening` times as many channels, 3x3 depthwise, 1x1 without activation; added if the shapes are equal."""
    entry, channels = x, x.shape[channel_axis()]
    if widening > 1:
        x = layers.Conv2D(widening * channels, 1, padding="same", use_bias=False, name=f"{name}_expand")(x)
        x = normalized(x, f"{name}_expand_BN")
        x = layers.ReLU(6.0, name=f"{name}_expand_relu")(x)
    if strides > 1:
        x = layers.ZeroPadding2D(halving_pads(x, 3), name=f"{name}_pad")(x)
    padding = "same" if strides == 1 else "valid"
    x = layers.DepthwiseConv2D(3, strides=strides, padding=padding, use_bias=False, name=f"{name}_depthwise")(x)
    x = normalized(x, f"{name}_depthwise_BN")
    x = layers.ReLU(6.0, name=f"{name}_depthwise_relu")(x)
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}_project")(x)
    x = normalized(x, f"{name}_project_BN")
    return layers.Add(name=f"{name}_add")([entry, x]) if strides == 1 and channels == filters else x


def mobilenet_v2(arguments, alpha):
    """The model with alpha times as many filters."""
    x = arguments.image()
    filters = multiple_of(8, 32 * alpha)
    x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False, name="Conv1")(x)
    x = layers.ReLU(6.0, name="Conv1_relu")(normalized(x, "bn_Conv1"))
    number = 0
    for widening, filters, count, strides in STACKS:
        for k in range(count):
            name = f"block_{number}" if number else "expanded_conv"
            x = block(x, widening, multiple_of(8, filters * alpha), 1 if k else strides, name)
            number += 1
    x = layers.Conv2D(multiple_of(8, 1280 * max(alpha, 1.0)), 1, use_bias=False, name="Conv_1")(x)
    x = layers.ReLU(6.0, name="out_relu")(normalized(x, "Conv_1_bn"))
    return arguments.classified(arguments.pooled(x), f"mobilenetv2_{alpha:.2f}_{_rows(arguments)}")


def _rows(arguments):
    """What the model's name says of the images' size."""
    if arguments.input_tensor is None or arguments.input_shape is not None or not arguments.include_top:
        return arguments.rows_columns(arguments.shape())[0]
    rows, columns = arguments.rows_columns(arguments.input_tensor.shape[1:])
    return rows if rows == columns and rows in ROWS else 224


def MobileNetV2(  # noqa: N802
    input_shape=None, alpha=1.0, include_top=True, weights="imagenet", input_tensor=None, pooling=None, classes=1000,
    classifier_activation="softmax", **kwargs,
):  # fmt: skip
    if kwargs:
        raise ValueError(f"MobileNetV2: unknown argument(s) {kwargs}.")
    given = include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
    return mobilenet_v2(Arguments("MobileNetV2", *given), alpha)


named(
    MobileNetV2,
    "MobileNetV2",
    "53 layers with weights in inverted residual blocks, for small machines.",
    __name__,
    extra={"alpha": "filters of each layer, times those of the paper."},
)
preprocess_input = preprocessing("tf", __name__)

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]

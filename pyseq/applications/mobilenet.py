"""MobileNet: depthwise convolutions of 3x3, each followed by a convolution of 1x1.

Source: Howard et al., 2017, "MobileNets: efficient convolutional neural networks for mobile vision applications", table 1.
"""

from __future__ import annotations

from pyseq import layers
from pyseq.applications.imagenet_utils import decode_predictions, preprocessing
from pyseq.applications.parts import Arguments, channel_axis, named

BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
# filters and strides of each pair of a depthwise and a 1x1 convolution


def normalized_relu6(x, name):
    """`name`_bn, `name`_relu."""
    x = layers.BatchNormalization(axis=channel_axis(), name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


def block(x, filters, strides, depth_multiplier, k):
    """Pair k."""
    if strides > 1:
        x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{k}")(x)
    x = layers.DepthwiseConv2D(
        3, strides=strides, padding="same" if strides == 1 else "valid", depth_multiplier=depth_multiplier,
        use_bias=False, name=f"conv_dw_{k}",
    )(x)  # fmt: skip
    x = normalized_relu6(x, f"conv_dw_{k}")
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"conv_pw_{k}")(x)
    return normalized_relu6(x, f"conv_pw_{k}")


def mobilenet(arguments, alpha, depth_multiplier, dropout):
    """The model with alpha times as many filters."""
    x = arguments.image()
    x = layers.Conv2D(int(32 * alpha), 3, strides=2, padding="same", use_bias=False, name="conv1")(x)
    x = normalized_relu6(x, "conv1")
    for k, (filters, strides) in enumerate(BLOCKS, 1):
        x = block(x, int(filters * alpha), strides, depth_multiplier, k)
    name = f"mobilenet_{alpha:.2f}_{arguments.rows_columns(arguments.shape())[0]}"
    if not arguments.include_top:
        return arguments.model(arguments.pooled(x), name)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Dropout(dropout or 0, name="dropout")(x)
    x = layers.Conv2D(arguments.classes, 1, padding="same", name="conv_preds")(x)
    x = layers.Reshape((arguments.classes,), name="reshape_2")(x)
    x = layers.Activation(arguments.classifier_activation, name="predictions")(x)
    return arguments.model(x, name)


def MobileNet(  # noqa: N802
    input_shape=None, alpha=1.0, depth_multiplier=1, dropout=0.001, include_top=True, weights="imagenet",
    input_tensor=None, pooling=None, classes=1000, classifier_activation="softmax", **kwargs,
):  # fmt: skip
    if kwargs:
        raise ValueError(f"MobileNet: unknown argument(s) {kwargs}.")
    given = include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
    return mobilenet(Arguments("MobileNet", *given), alpha, depth_multiplier, dropout)


named(
    MobileNet,
    "MobileNet",
    "28 layers with weights, for small machines.",
    __name__,
    extra={
        "alpha": "filters of each layer, times those of the paper.",
        "depth_multiplier": "outputs of each depthwise convolution for each channel.",
        "dropout": "fraction that is dropped before the classes.",
    },
)
preprocess_input = preprocessing("tf", __name__)

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]

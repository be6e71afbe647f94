"""EfficientNet: MobileNetV2's blocks with squeeze and excitation; B1 to B7 are B0 made wider, deeper and larger together.

Source: Tan and Le, 2019, "EfficientNet: rethinking model scaling for convolutional neural networks", table 1 and section 3.3.

What tf.keras makes with `weights="imagenet"` divides the images by the root of their deviation once more, in a Rescaling after
the Normalization; here as there a model with the weights of a file has no such layer. Whole models keep it.
"""

from __future__ import annotations

import math

from pyseq import layers
from pyseq.applications.imagenet_utils import decode_predictions, unchanged
from pyseq.applications.parts import Arguments, channel_axis, halving_pads, multiple_of, named

COLUMNS = ("kernel_size", "repeats", "filters_in", "filters_out", "expand_ratio", "strides", "se_ratio", "id_skip")
STACKS = (
    (3, 1, 32, 16, 1, 1, 0.25, True),
    (3, 2, 16, 24, 6, 2, 0.25, True),
    (5, 2, 24, 40, 6, 2, 0.25, True),
    (3, 3, 40, 80, 6, 2, 0.25, True),
    (5, 3, 80, 112, 6, 1, 0.25, True),
    (5, 4, 112, 192, 6, 2, 0.25, True),
    (3, 1, 192, 320, 6, 1, 0.25, True),
)
VARIANTS = {  # times as wide, times as deep, rows and columns of the images, fraction dropped before the classes
    "B0": (1.0, 1.0, 224, 0.2),
    "B1": (1.0, 1.1, 240, 0.2),
    "B2": (1.1, 1.2, 260, 0.3),
    "B3": (1.2, 1.4, 300, 0.3),
    "B4": (1.4, 1.8, 380, 0.4),
    "B5": (1.6, 2.2, 456, 0.4),
    "B6": (1.8, 2.6, 528, 0.5),
    "B7": (2.0, 3.1, 600, 0.5),
}
CONVOLUTION = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
}
CLASSES = {"class_name": "VarianceScaling", "config": {"scale": 1 / 3, "mode": "fan_out", "distribution": "uniform"}}


def convolution(x, filters, name, size=1, strides=1, padding="same", **arguments):
    """Conv2D, by default without bias."""
    arguments = {"use_bias": False, **arguments}
    return layers.Conv2D(filters, size, strides, padding, kernel_initializer=CONVOLUTION, name=name, **arguments)(x)


def normalized(x, name, activation=None):
    """`name`bn and, if there is an activation, `name`activation."""
    x = layers.BatchNormalization(axis=channel_axis(), name=f"{name}bn")(x)
    return layers.Activation(activation, name=f"{name}activation")(x) if activation else x


def excited(x, squeezed, activation, name):
    """Each channel times a number between 0 and 1 that all channels' means decide."""
    channels = x.shape[channel_axis()]
    scale = layers.GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    scale = layers.Reshape((1, 1, channels) if channel_axis() == 3 else (channels, 1, 1), name=f"{name}se_reshape")(
        scale
    )
    scale = convolution(scale, squeezed, f"{name}se_reduce", activation=activation, use_bias=True)
    scale = convolution(scale, channels, f"{name}se_expand", activation="sigmoid", use_bias=True)
    return layers.Multiply(name=f"{name}se_excite")([x, scale])


def block(x, stack, activation, drop_rate, name):
    """Widen, filter depthwise, excite, narrow; added, if `id_skip`, where the shapes are equal."""
    entry, size, strides = x, stack["kernel_size"], stack["strides"]
    if stack["expand_ratio"] != 1:
        x = convolution(x, stack["filters_in"] * stack["expand_ratio"], f"{name}expand_conv")
        x = normalized(x, f"{name}expand_", activation)
    if strides == 2:
        x = layers.ZeroPadding2D(halving_pads(x, size), name=f"{name}dwconv_pad")(x)
    x = layers.DepthwiseConv2D(
        size, strides, "valid" if strides == 2 else "same", use_bias=False, depthwise_initializer=CONVOLUTION,
        name=f"{name}dwconv",
    )(x)  # fmt: skip
    x = normalized(x, name, activation)
    if 0 < stack["se_ratio"] <= 1:
        x = excited(x, max(1, int(stack["filters_in"] * stack["se_ratio"])), activation, name)
    x = normalized(convolution(x, stack["filters_out"], f"{name}project_conv"), f"{name}project_")
    if not (stack["id_skip"] and strides == 1 and stack["filters_in"] == stack["filters_out"]):
        return x
    if drop_rate > 0:
        x = layers.Dropout(drop_rate, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return layers.Add(name=f"{name}add")([x, entry])


def efficientnet(arguments, variant, drop_connect_rate=0.2, depth_divisor=8, activation="swish", blocks_args=None):
    """The model of a row of VARIANTS."""
    wide, deep, _, dropout = VARIANTS[variant]
    stacks = _stacks(arguments.who, blocks_args, wide, deep, depth_divisor)
    x = layers.Rescaling(1.0 / 255.0)(arguments.image())
    x = layers.Normalization(axis=channel_axis())(x)
    x = layers.ZeroPadding2D(halving_pads(x, 3), name="stem_conv_pad")(x)
    x = convolution(x, multiple_of(depth_divisor, 32 * wide), "stem_conv", 3, 2, "valid")
    x = normalized(x, "stem_", activation)
    blocks, number = sum(len(stack) for stack in stacks), 0
    for k, stack in enumerate(stacks, 1):
        for letter, row in zip("abcdefghijklmnopqrstuvwxyz", stack):  # noqa: B905
            x = block(x, row, activation, drop_connect_rate * number / blocks, f"block{k}{letter}_")
            number += 1
    x = normalized(convolution(x, multiple_of(depth_divisor, 1280 * wide), "top_conv"), "top_", activation)
    x = arguments.pooled(x, "avg_pool", "avg_pool", "max_pool")
    if arguments.include_top:
        x = layers.Dropout(dropout, name="top_dropout")(x)
    return arguments.classified(x, f"efficientnet{variant.lower()}", kernel_initializer=CLASSES)


def _stacks(who, blocks_args, wide, deep, divisor):
    """For each stack its blocks, dicts of COLUMNS; only the first has strides and other filters than the others."""
    stacks = [dict(zip(COLUMNS, row, strict=True)) for row in STACKS] if blocks_args is None else blocks_args
    made = []
    for stack in stacks:
        wrong = set(COLUMNS) ^ set(stack)
        if wrong:
            raise ValueError(f"{who}: `blocks_args` must be dicts with {COLUMNS}. Missing or unknown: {sorted(wrong)}.")
        filters = {k: multiple_of(divisor, wide * stack[k]) for k in ("filters_in", "filters_out")}
        first = {**stack, **filters}
        rest = {**first, "strides": 1, "filters_in": filters["filters_out"]}
        made.append([first] + [rest] * (math.ceil(deep * stack["repeats"]) - 1))
    return made


def _application(variant):
    name = f"EfficientNet{variant}"
    size = VARIANTS[variant][2]

    def function(
        include_top=True, weights="imagenet", input_tensor=None, input_shape=None, pooling=None, classes=1000,
        classifier_activation="softmax", **kwargs,
    ):  # fmt: skip
        unknown = set(kwargs) - set(OPTIONS)
        if unknown:
            raise TypeError(f"{name}: unknown argument(s) {sorted(unknown)}. By name alone it has {list(OPTIONS)}.")
        given = include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation
        return efficientnet(Arguments(name, *given, size=size, whole=True), variant, **kwargs)

    return named(
        function, name, f"images of {size} x {size} pixels; they are not preprocessed.", __name__, extra=OPTIONS
    )


OPTIONS = {
    "drop_connect_rate": "fraction of the blocks' outputs that is dropped while training, rising from 0 to this.",
    "depth_divisor": "of what number filters are a multiple.",
    "activation": "of all convolutions.",
    "blocks_args": "the stacks before they are scaled: dicts of kernel_size, repeats, filters_in, filters_out, expand_ratio, "
    "strides, se_ratio and id_skip.",
}
(
    EfficientNetB0,
    EfficientNetB1,
    EfficientNetB2,
    EfficientNetB3,
    EfficientNetB4,
    EfficientNetB5,
    EfficientNetB6,
    EfficientNetB7,
) = (_application(variant) for variant in VARIANTS)
preprocess_input = unchanged(__name__)

__all__ = [*(f"EfficientNet{variant}" for variant in VARIANTS), "decode_predictions", "preprocess_input"]

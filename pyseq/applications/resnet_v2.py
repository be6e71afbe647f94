"""ResNet version 2: normalisation and relu before each convolution, so that what is added passes unchanged.

Source: He et al., 2016, "Identity mappings in deep residual networks"; sizes as in version 1, with the stride in the last
block of a stack.
"""

from __future__ import annotations

from pyseq import layers
from pyseq.applications.imagenet_utils import decode_predictions, preprocessing
from pyseq.applications.parts import application
from pyseq.applications.resnet import BLOCKS, FILTERS, normalized_relu, stem


def block(x, filters, strides, project, name):
    """1x1, 3x3, 1x1 after normalisation and relu; what comes in is added: a projection, thinned by strides, or itself."""
    active = normalized_relu(x, f"{name}_preact_")
    if project:
        shortcut = layers.Conv2D(4 * filters, 1, strides=strides, name=f"{name}_0_conv")(active)
    else:
        shortcut = layers.MaxPooling2D(1, strides=strides)(x) if strides > 1 else x
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_1_conv")(active)
    x = normalized_relu(x, f"{name}_1_")
    x = layers.ZeroPadding2D(1, name=f"{name}_2_pad")(x)
    x = layers.Conv2D(filters, 3, strides=strides, use_bias=False, name=f"{name}_2_conv")(x)
    x = normalized_relu(x, f"{name}_2_")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return layers.Add(name=f"{name}_out")([shortcut, x])


def resnet_v2(arguments, depth):
    """The model with so many layers with weights."""
    x = stem(arguments.image(), preactivated=True)
    for stack, (filters, count) in enumerate(zip(FILTERS, BLOCKS[depth], strict=True), 2):
        for k in range(1, count + 1):
            strides = 2 if k == count and stack < 5 else 1
            x = block(x, filters, strides, k == 1, f"conv{stack}_block{k}")
    x = normalized_relu(x, "post_")
    return arguments.classified(arguments.pooled(x, "avg_pool", "avg_pool", "max_pool"), f"resnet{depth}v2")


ResNet50V2, ResNet101V2, ResNet152V2 = (
    application(resnet_v2, f"ResNet{depth}V2", f"{depth} layers with weights, in preactivated residual blocks.", depth)
    for depth in BLOCKS
)
preprocess_input = preprocessing("tf", __name__)

__all__ = ["ResNet50V2", "ResNet101V2", "ResNet152V2", "decode_predictions", "preprocess_input"]

"""VGG: convolutions of 3x3 in five blocks, three dense layers.

Source: Simonyan and Zisserman, 2015, "Very deep convolutional networks for large-scale image recognition", table 1 (D, E).
"""

from __future__ import annotations

from pyseq import layers

FILTERS = (64, 128, 256, 512, 512)  # of each block


def vgg(arguments, name, convolutions):
    """The model with so many convolutions in each block."""
    x = arguments.image()
    for block, (filters, count) in enumerate(zip(FILTERS, convolutions, strict=True), 1):
        for k in range(1, count + 1):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"block{block}_conv{k}")(x)
        x = layers.MaxPooling2D(2, 2, name=f"block{block}_pool")(x)
    if arguments.include_top:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(4096, "relu", name="fc1")(x)
        x = layers.Dense(4096, "relu", name="fc2")(x)
    else:
        x = arguments.pooled(x)
    return arguments.classified(x, name)

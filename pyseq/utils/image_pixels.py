"""What is in encoded images, as TensorFlow's decoders give it, by Pillow."""

from __future__ import annotations

import io

import numpy as np

from pyseq.utils.extras import needed

# Of red, green and blue in the grey of a picture, in 2**-15: what libpng makes of 0.299 and 0.587, as TensorFlow asks it to.
LUMINANCE = np.array([9797, 19234, 3737])


def opened(who, content, channels=0, formats=None):
    """The Pillow image of encoded bytes, decoded.

    Args:
        channels: 1 takes the grey that JPEG files hold. formats: those that are tried, by Pillow's names; all by default.
    Raises:
        OSError: it is no image, or damaged. ImportError: Pillow is not installed.
    """
    image = needed("PIL.Image", who).open(io.BytesIO(content), formats=formats)
    if channels == 1:
        image.draft("L", image.size)
    image.load()
    return image


def own_channels(image):
    """How many channels an image's file has: 1 grey, 2 grey and opacity, 3 colours, 4 colours and opacity."""
    if image.mode == "P":
        return 4 if "transparency" in image.info else 3
    if image.mode in ("L", "1") or image.mode.startswith("I"):
        return 2 if "transparency" in image.info else 1
    if image.mode == "RGB":
        return 4 if "transparency" in image.info else 3
    return {"LA": 2, "RGBA": 4, "PA": 4}.get(image.mode, 3)


def pixels(image, channels):
    """uint8 (height, width, channels) of a Pillow image; 16 bits lose the lower eight. channels: 1 to 4."""
    if image.mode.startswith("I"):
        x = np.asarray(image).astype("int64") >> 8
        return _of_grey(x.astype("uint8")[:, :, None], channels)
    if channels <= 2:
        grey = _grey(image)
        if channels == 1:
            return grey
        return np.concatenate([grey, np.asarray(image.convert("RGBA"))[:, :, 3:]], axis=2)
    return np.asarray(image.convert("RGB" if channels == 3 else "RGBA"))


def _grey(image):
    if image.mode in ("1", "L", "LA"):
        return np.asarray(image.convert("LA"))[:, :, :1]
    return (np.asarray(image.convert("RGB")).astype("int64") @ LUMINANCE >> 15).astype("uint8")[:, :, None]


def _of_grey(x, channels):
    """Grey (H, W, 1) as so many channels; opacity is full."""
    x = np.repeat(x, 3 if channels > 2 else 1, axis=2)
    full = np.full_like(x[:, :, :1], np.iinfo(x.dtype).max)
    return x if channels in (1, 3) else np.concatenate([x, full], axis=2)


def deep_pixels(image, channels):
    """uint16 (height, width, channels): 16 bits as they are, 8 bits times 257."""
    if image.mode.startswith("I"):
        return _of_grey(np.asarray(image).astype("uint16")[:, :, None], channels)
    return pixels(image, channels).astype("uint16") * np.uint16(257)

"""tf.image: colours, brightness, contrast, and the number types of pixels."""

from __future__ import annotations

from pyseq.core import Tensor, as_dtype, float16, float32
from pyseq.ops import color, reduce, shape
from pyseq.ops import elementwise as e
from pyseq.tf._given import tensor_of
from pyseq.tf.image_resizing import images_of
from pyseq.tf.tensors import saturate_cast

__all__ = [
    "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue", "adjust_saturation", "convert_image_dtype",
    "grayscale_to_rgb", "hsv_to_rgb", "per_image_standardization", "rgb_to_grayscale", "rgb_to_hsv", "rgb_to_yiq", "rgb_to_yuv",
    "yiq_to_rgb", "yuv_to_rgb",
]  # fmt: skip

# Rows: red, green, blue (or what is converted back); columns: what they add to. Of the NTSC and PAL standards.
RGB_TO_YIQ = ((0.299, 0.59590059, 0.2115), (0.587, -0.27455667, -0.52273617), (0.114, -0.32134392, 0.31119955))
YIQ_TO_RGB = ((1, 1, 1), (0.95598634, -0.27201283, -1.10674021), (0.6208248, -0.64720424, 1.70423049))
RGB_TO_YUV = ((0.299, -0.14714119, 0.61497538), (0.587, -0.28886916, -0.51496512), (0.114, 0.43601035, -0.10001026))
YUV_TO_RGB = ((1, 1, 1), (0, -0.394642334, 2.03206185), (1.13988303, -0.58062185, 0))
GRAY = ((0.2989,), (0.587,), (0.114,))


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """Images of another number type, scaled: floats are in [0, 1], integers in [0, the largest of their type].

    saturate: cut off what is too large, rather than let it overflow?
    """
    x, dtype = tensor_of(image), as_dtype(dtype)
    if not all(d.is_floating or d.is_integer for d in (x.dtype, dtype)):
        raise AttributeError(f"dtype must be either floating point or integer. Received: {x.dtype.name}, {dtype.name}.")
    if x.dtype is dtype:
        return x
    cast = saturate_cast if saturate else e.cast
    if x.dtype.is_integer and dtype.is_integer:
        if x.dtype.max > dtype.max:
            return cast(e.floor_divide(x, (x.dtype.max + 1) // (dtype.max + 1)), dtype)
        return e.multiply(cast(x, dtype), (dtype.max + 1) // (x.dtype.max + 1))
    if x.dtype.is_floating and dtype.is_floating:
        return e.cast(x, dtype)
    if x.dtype.is_integer:
        return e.multiply(e.cast(x, dtype), 1.0 / x.dtype.max)
    return cast(e.multiply(x, dtype.max + 0.5), dtype)


def _computed(function, image):
    """function(image) in float32 (or float16, if the image is), and back again."""
    x = tensor_of(image)
    if x.dtype is float32 or x.dtype is float16:
        return function(x)
    return convert_image_dtype(function(convert_image_dtype(x, float32)), x.dtype, saturate=True)


def _factor(value, x):
    return e.cast(value, x.dtype) if isinstance(value, Tensor) else float(value)


def adjust_brightness(image, delta):
    """image + delta, of floats in [0, 1]; integers are scaled to them and back."""
    return _computed(lambda x: e.add(x, _factor(delta, x)), image)


def adjust_contrast(images, contrast_factor):
    """(x - mean) * contrast_factor + mean, of the mean of each image's channel."""
    return _computed(lambda x: color.adjust_contrast(x, _factor(contrast_factor, x)), _at_least_three(images))


def _at_least_three(images):
    x = tensor_of(images)
    if len(x.shape) < 3:
        raise ValueError(f"'image' (shape {x.shape}) must be at least three-dimensional.")
    return x


def adjust_gamma(image, gamma=1, gain=1):
    """gain * image ** gamma, of floats in [0, 1]; integers are scaled to them and back. gamma: at least 0."""
    if not isinstance(gamma, Tensor) and gamma < 0:
        raise ValueError(f"Gamma should be a non-negative real number. Received: gamma={gamma}.")
    return _computed(lambda x: e.multiply(e.power(x, _factor(gamma, x)), _factor(gain, x)), image)


def _of_colors(who, image):
    x = tensor_of(image)
    if not x.shape or x.shape[-1] != 3:
        raise ValueError(f"{who}: the last axis must be red, green and blue. Received: shape {x.shape}.")
    return x


def adjust_hue(image, delta, name=None):
    """Colours turned by a fraction of the colour circle, in [-1, 1]."""
    if not isinstance(delta, Tensor) and not -1 <= delta <= 1:
        raise ValueError(f"delta must be in the interval [-1, 1]. Received: delta={delta}.")
    return _computed(lambda x: color.adjust_hue(x, _factor(delta, x)), _of_colors("adjust_hue", image))


def adjust_saturation(image, saturation_factor, name=None):
    """Colours stronger or weaker: their saturation times a factor, at most 1."""
    x = _of_colors("adjust_saturation", image)
    return _computed(lambda x: color.adjust_saturation(x, _factor(saturation_factor, x)), x)


def per_image_standardization(image):
    """(x - mean) / deviation of each image, float32; the deviation is at least 1 / sqrt(number of values)."""
    x = images_of("per_image_standardization", image)
    x = x if x.dtype is float16 else e.cast(x, float32)
    axes = (-3, -2, -1)
    least = (x.shape[-3] * x.shape[-2] * x.shape[-1]) ** -0.5
    centred = e.subtract(x, reduce.mean(x, axes, keepdims=True))
    deviation = e.maximum(e.sqrt(reduce.mean(e.square(centred), axes, keepdims=True)), least)
    return e.divide(centred, deviation)


def rgb_to_grayscale(images, name=None):
    """One channel of three: 0.2989 red + 0.587 green + 0.114 blue."""
    x = _of_colors("rgb_to_grayscale", images)
    return convert_image_dtype(color.mixed(convert_image_dtype(x, float32), GRAY), x.dtype)


def grayscale_to_rgb(images, name=None):
    """Three equal channels of one."""
    x = tensor_of(images)
    if not x.shape or x.shape[-1] != 1:
        raise ValueError(
            f"grayscale_to_rgb: Last dimension of a grayscale image should be size 1. Received: shape {x.shape}."
        )
    return shape.broadcast_to(x, (*x.shape[:-1], 3)) if x.dtype.is_floating else shape.repeat(x, 3, -1)


def _floating(images):
    x = tensor_of(images)
    return x if x.dtype.is_floating else e.cast(x, float32)


def rgb_to_hsv(images, name=None):
    """Hue, saturation and value of red, green and blue, all in [0, 1]."""
    return color.rgb_to_hsv(_of_colors("rgb_to_hsv", _floating(images)))


def hsv_to_rgb(images, name=None):
    """Red, green and blue of hue, saturation and value, all in [0, 1]."""
    return color.hsv_to_rgb(_of_colors("hsv_to_rgb", _floating(images)))


def rgb_to_yiq(images):
    """Luma and the two chroma channels of NTSC."""
    return color.mixed(_of_colors("rgb_to_yiq", _floating(images)), RGB_TO_YIQ)


def yiq_to_rgb(images):
    """The inverse of rgb_to_yiq."""
    return color.mixed(_of_colors("yiq_to_rgb", _floating(images)), YIQ_TO_RGB)


def rgb_to_yuv(images):
    """Luma and the two chroma channels of PAL."""
    return color.mixed(_of_colors("rgb_to_yuv", _floating(images)), RGB_TO_YUV)


def yuv_to_rgb(images):
    """The inverse of rgb_to_yuv."""
    return color.mixed(_of_colors("yuv_to_rgb", _floating(images)), YUV_TO_RGB)

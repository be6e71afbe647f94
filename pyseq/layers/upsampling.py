"""Layers that repeat the pixels of images, or put pixels between them."""

from __future__ import annotations

from pyseq.core import float32, float64
from pyseq.core.tensor_shape import TensorShape
from pyseq.layers.base import Layer
from pyseq.layers.image_arguments import known_interpolation, normalized_format, normalized_tuple
from pyseq.layers.input_spec import InputSpec
from pyseq.ops import pool, shape


class _UpSampling(Layer):
    """Base: the axes of the image, from `_first_axis` on, become `size` times as long."""

    _takes_one_tensor = True

    data_format, _first_axis = "channels_last", 1

    @property
    def _factors(self):
        return self.size

    def call(self, inputs):
        if inputs.dtype in (float32, float64):
            return pool.repeat_pixels(inputs, self._factors, self.data_format)
        for k, factor in enumerate(self._factors):
            if factor != 1:
                inputs = shape.repeat(inputs, factor, k + self._first_axis)
        return inputs

    def compute_output_shape(self, input_shape):
        found = list(input_shape)
        for k, factor in enumerate(self._factors, self._first_axis):
            if found[k] is not None:
                found[k] *= factor
        return TensorShape(found)

    def get_config(self):
        return {**super().get_config(), "size": self.size}


class UpSampling1D(_UpSampling):
    """Each step `size` times.

    Args:
        size: how often.
    Input shape, output shape:
        (N, steps, C); (N, steps * size, C).
    """

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = int(size)
        if self.size < 1:
            raise ValueError(f"UpSampling1D: `size` must be a positive integer. Received: size={size}.")
        self.input_spec = InputSpec(ndim=3)

    @property
    def _factors(self):
        return (self.size,)


class _OfImages(_UpSampling):
    @property
    def _first_axis(self):
        return 1 if self.data_format == "channels_last" else 2

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


class UpSampling2D(_OfImages):
    """Images `size` times as large.

    Args:
        size: an integer, or (rows, columns).
        data_format: "channels_last" (N, H, W, C) or "channels_first" (N, C, H, W); `image_data_format()` by default.
        interpolation: "nearest" (pixels are repeated), "bilinear", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or
            "mitchellcubic".
    """

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        self.data_format = normalized_format(data_format)
        self.size = normalized_tuple(size, 2, "size")
        self.interpolation = known_interpolation(interpolation)
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs):
        if self.interpolation == "nearest":
            return super().call(inputs)
        from pyseq.ops import resize  # as long to import as all of pooling

        first = self.data_format == "channels_first"
        x = shape.moveaxis(inputs, 1, -1) if first else inputs
        y = resize.resize(
            x, [extent * k for extent, k in zip(x.shape[1:3], self.size, strict=True)], self.interpolation
        )
        return shape.moveaxis(y, -1, 1) if first else y

    def get_config(self):
        return {**super().get_config(), "interpolation": self.interpolation}


class UpSampling3D(_OfImages):
    """Volumes `size` times as large: pixels are repeated.

    Args:
        size: an integer, or one for each axis.
        data_format: "channels_last" (N, D, H, W, C) or "channels_first" (N, C, D, H, W); `image_data_format()` by default.
    """

    def __init__(self, size=(2, 2, 2), data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = normalized_format(data_format)
        self.size = normalized_tuple(size, 3, "size")
        self.input_spec = InputSpec(ndim=5)

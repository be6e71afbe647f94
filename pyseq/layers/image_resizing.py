"""Layers that bring images to a size."""

from __future__ import annotations

from pyseq.core import float32, uint8
from pyseq.layers.base import Layer
from pyseq.layers.image_arguments import known_interpolation
from pyseq.ops import elementwise, resize


class ImageLayer(Layer):
    """What the layers for images share: they compute in the layer's dtype, whatever comes in."""

    def _given(self, inputs):
        return elementwise.cast(inputs, self._dtype)

    def _made(self, outputs):
        return elementwise.cast(outputs, self._dtype)


def resized_shape(input_shape, height, width):
    """The shape with another height and width, batched or not."""
    shape = tuple(input_shape)
    return (*shape[:-3], height, width, shape[-1])


def checked_images(layer, inputs):
    """The inputs, if they are one image or a batch of them.

    Raises:
        ValueError: they have another rank.
    """
    if len(inputs.shape) not in (3, 4):
        raise ValueError(
            f'Layer "{layer.name}": inputs must be (N, height, width, channels) or (height, width, channels). '
            f"Received: shape {tuple(inputs.shape)}."
        )
    return inputs


class _ToSize(ImageLayer):
    """Base: `height` and `width` of the outputs."""

    def __init__(self, height, width, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("height", height), ("width", width)):
            if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1:
                raise ValueError(
                    f"{type(self).__name__}: `{name}` must be a positive integer. Received: {name}={value!r}."
                )
        self.height, self.width = int(height), int(width)

    def compute_output_shape(self, input_shape):
        return resized_shape(input_shape, self.height, self.width)

    def get_config(self):
        return {**super().get_config(), "height": self.height, "width": self.width}


class Resizing(_ToSize):
    """Images of another size.

    Args:
        height, width: of the outputs, pixels.
        interpolation: "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or "mitchellcubic".
        crop_to_aspect_ratio: cut images to the proportions of the outputs, in place of distorting them?
    Input shape, output shape:
        (N, H, W, C) or (H, W, C); (N, height, width, C) or (height, width, C), of the layer's dtype.
    """

    def __init__(self, height, width, interpolation="bilinear", crop_to_aspect_ratio=False, **kwargs):
        super().__init__(height, width, **kwargs)
        known_interpolation(interpolation)
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio

    def call(self, inputs):
        # Bytes become floats on the way: a layer of float32 need not make floats of all that comes in.
        x = inputs if inputs.dtype is uint8 and self._dtype is float32 else self._given(inputs)
        checked_images(self, x)
        op = resize.smart_resize if self.crop_to_aspect_ratio else resize.resize
        return self._made(op(x, (self.height, self.width), known_interpolation(self.interpolation)))

    def get_config(self):
        more = {"interpolation": self.interpolation, "crop_to_aspect_ratio": self.crop_to_aspect_ratio}
        return {**super().get_config(), **more}


class CenterCrop(_ToSize):
    """The middle of images; of those that are smaller, the middle after they are scaled up.

    Args:
        height, width: of the outputs, pixels.
    Input shape, output shape:
        (N, H, W, C) or (H, W, C); (N, height, width, C) or (height, width, C), of the layer's dtype.
    """

    def call(self, inputs):
        x = checked_images(self, self._given(inputs))
        if x.shape[-3] >= self.height and x.shape[-2] >= self.width:
            return resize.middle(x, self.height, self.width)
        return self._made(resize.smart_resize(x, (self.height, self.width)))
